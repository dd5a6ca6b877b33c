import type { Instant } from '#kernel';
import type { AppendOutcome, NewEvent } from '../src/index.ts';
import { type Batch, COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX } from './batch.ts';
import { EVENT_ID_BYTES } from './event-id.ts';

const IDS_BYTES_FIRST = 64 * EVENT_ID_BYTES;

/** An append on its way, with whoever waits for it. */
export interface WaitingAppend {
  readonly stream: string;
  readonly expectedRevision: number;
  readonly events: readonly NewEvent[];
  /** 16 bytes for each event. */
  readonly ids: Uint8Array;
  /** The JSON of each event's data. */
  readonly data: readonly string[];
  readonly bytes: number;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (fault: Error) => void;
}

/** A batch that still takes appends. */
export class BatchBuilder {
  readonly appends: WaitingAppend[] = [];
  readonly #streams: string[] = [];
  readonly #expectedRevisions: number[] = [];
  readonly #eventCounts: number[] = [];
  readonly #types: string[] = [];
  readonly #data: string[] = [];
  #ids = new Uint8Array(IDS_BYTES_FIRST);
  #bytes = 0;

  get eventCount(): number {
    return this.#types.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  hasRoomFor(append: WaitingAppend): boolean {
    return (
      this.#types.length + append.events.length <= COMMIT_EVENTS_MAX &&
      this.#bytes + append.bytes <= COMMIT_BYTES_MAX
    );
  }

  add(append: WaitingAppend): void {
    this.#addIds(append.ids);
    this.appends.push(append);
    this.#streams.push(append.stream);
    this.#expectedRevisions.push(append.expectedRevision);
    this.#eventCounts.push(append.events.length);
    for (const { type } of append.events) this.#types.push(type);
    for (const text of append.data) this.#data.push(text);
    this.#bytes += append.bytes;
  }

  finish(now: Instant): Batch {
    return {
      now,
      streams: this.#streams,
      expectedRevisions: this.#expectedRevisions,
      eventCounts: this.#eventCounts,
      ids: this.#ids.slice(0, this.#types.length * EVENT_ID_BYTES),
      types: this.#types,
      data: this.#data,
      bytes: this.#bytes,
    };
  }

  #addIds(ids: Uint8Array): void {
    const from = this.#types.length * EVENT_ID_BYTES;
    if (from + ids.length > this.#ids.length) {
      const grown = new Uint8Array(Math.max(this.#ids.length * 2, from + ids.length));
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids.set(ids, from);
  }
}

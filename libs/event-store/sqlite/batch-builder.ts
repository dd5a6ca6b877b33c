import type { Instant } from '#kernel';
import type { AppendGroup } from './append-group.ts';
import { type Batch, COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX } from './batch.ts';
import { EVENT_ID_BYTES } from './event-id.ts';

const IDS_BYTES_FIRST = 64 * EVENT_ID_BYTES;

/** Those appends of one group that are in one batch. */
export interface Span {
  readonly group: AppendGroup;
  /** Index of the first of them in the group. */
  readonly first: number;
  count: number;
  /** Index of its first event among all of the group's. */
  readonly firstEvent: number;
}

/** A batch that still takes appends. */
export class BatchBuilder {
  readonly spans: Span[] = [];
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

  /** Takes appends of the group from `first` on, as many as there is room for, and returns them as a span. */
  add(group: AppendGroup, first: number, firstEvent: number): Span {
    const { appends, prepared } = group;
    const span: Span = { group, first, count: 0, firstEvent };
    const before = this.#types.length;
    for (let index = first; index < appends.length; index++) {
      const { stream, expectedRevision, events } = appends[index]!;
      if (!this.#hasRoomFor(events.length, prepared.bytes[index]!)) break;
      this.#streams.push(stream);
      this.#expectedRevisions.push(expectedRevision);
      this.#eventCounts.push(events.length);
      for (let event = 0; event < events.length; event++) this.#types.push(events[event]!.type);
      this.#bytes += prepared.bytes[index]!;
      span.count++;
    }
    const count = this.#types.length - before;
    for (let event = firstEvent; event < firstEvent + count; event++) this.#data.push(prepared.data[event]!);
    this.#addIds(prepared.ids.subarray(firstEvent * EVENT_ID_BYTES, (firstEvent + count) * EVENT_ID_BYTES));
    if (span.count > 0) this.spans.push(span);
    return span;
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

  #hasRoomFor(events: number, bytes: number): boolean {
    return this.#types.length + events <= COMMIT_EVENTS_MAX && this.#bytes + bytes <= COMMIT_BYTES_MAX;
  }

  #addIds(ids: Uint8Array): void {
    const end = this.#types.length * EVENT_ID_BYTES;
    const from = end - ids.length;
    if (end > this.#ids.length) {
      const grown = new Uint8Array(Math.max(this.#ids.length * 2, end));
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids.set(ids, from);
  }
}

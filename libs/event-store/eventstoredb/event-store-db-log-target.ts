import { jsonEvent, type JSONEventData } from '@eventstore/db-client';
import { APPEND_BYTES_MAX, LogTarget, type RecordedEvent, TargetDiffers } from '../src/index.ts';
import { readAddress } from './address.ts';
import { AppendLane } from './append-lane.ts';
import { Connection } from './connection.ts';
import type { CopiedMetadata } from './copied-range.ts';
import { LogReader } from './log-reader.ts';
import { append, type OwnWords, ownWordsOf, surely } from './own-stream.ts';
import { RecordedEvents } from './recorded-event.ts';
import { welcome } from './welcome.ts';

/** Events of one append: neighbours of one stream in a block. */
const APPEND_EVENTS = 100;

/**
 * Copies the log of another store to a server that has none of ours. The events of a block are sent together, so after a
 * fault those of different streams may be in another order. `BlockCopied` says that a block is complete, and readers put each
 * block in order.
 */
export class EventStoreDbLogTarget extends LogTarget {
  readonly #lane: AppendLane;
  readonly #reads: Connection;
  #through: number;
  #isFinished: boolean;
  /** Revision of the adapter's own stream. */
  #revision: number;

  private constructor(lane: AppendLane, reads: Connection, { copied, state, revision }: OwnWords) {
    super();
    this.#lane = lane;
    this.#reads = reads;
    this.#through = copied.through;
    this.#isFinished = state === 'copied';
    this.#revision = revision;
  }

  /** Throws TargetDiffers if there is a log already, EventStoreDbUnusable and StoreUnavailable. */
  static async open(url: string): Promise<EventStoreDbLogTarget> {
    const address = readAddress(url);
    const reads = new Connection(address);
    const reader = new LogReader(reads, new RecordedEvents());
    let lane: AppendLane | undefined;
    try {
      const head = await welcome(address, reads, reader);
      lane = new AppendLane(address);
      const words = await ownWordsOf(reader, lane);
      if (words.state === 'own' && head.position > 0) {
        throw new TargetDiffers(`${address.shown} already holds a log. Name an empty place.`);
      }
      const target = new EventStoreDbLogTarget(lane, reads, words);
      if (words.state === 'own') await target.#say({ type: 'CopyBegun', data: {} });
      return target;
    } catch (cause) {
      await lane?.close();
      await reads.close();
      throw cause;
    }
  }

  get through(): number {
    return this.#through;
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  async take(events: readonly RecordedEvent[]): Promise<void> {
    const next = events.filter(({ position }) => position > this.#through);
    const last = next.at(-1)?.position;
    if (last === undefined) return;
    const byStream = Map.groupBy(next, ({ stream }) => stream);
    await Promise.all([...byStream].map(([stream, group]) => this.#takeStream(stream, group)));
    await this.#say({ type: 'BlockCopied', data: { last } });
    this.#through = last;
  }

  async finish(): Promise<void> {
    if (this.#isFinished) return;
    await this.#say({ type: 'CopyFinished', data: {} });
    this.#isFinished = true;
  }

  async close(): Promise<void> {
    await this.#lane.close();
    await this.#reads.close();
  }

  async #takeStream(stream: string, group: readonly RecordedEvent[]): Promise<void> {
    for (const events of appendsOf(group)) await this.#append(stream, events);
  }

  /** Some of them may be there already, from an interrupted copy: then only the others are written. */
  async #append(stream: string, events: readonly RecordedEvent[]): Promise<void> {
    const expected = events[0]!.revision - 1;
    const reply = await surely(this.#lane, stream, expected, events.map(toCopied));
    if (reply.outcome === 'written') return;
    const there = reply.actualRevision - expected;
    if (there > 0 && there < events.length) return this.#append(stream, events.slice(there));
    throw new TargetDiffers(`${stream}: expected revision ${expected}, found ${reply.actualRevision}.`);
  }

  async #say(word: Parameters<typeof append>[2]): Promise<void> {
    const reply = await append(this.#lane, this.#revision, word);
    if (reply.outcome === 'conflict')
      throw new TargetDiffers('Another process is copying into the same store.');
    this.#revision++;
  }
}

function toCopied({ id, type, data, position, recordedAt }: RecordedEvent): JSONEventData {
  const metadata: CopiedMetadata = { position, recordedAt };
  return jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { ...metadata } });
}

/** Groups a stream's events, as many as one append may have. */
function* appendsOf(group: readonly RecordedEvent[]): Generator<readonly RecordedEvent[]> {
  let [events, bytes]: [RecordedEvent[], number] = [[], 0];
  for (const event of group) {
    const size = Buffer.byteLength(JSON.stringify(event.data));
    if (events.length === APPEND_EVENTS || (events.length > 0 && bytes + size > APPEND_BYTES_MAX)) {
      yield events;
      [events, bytes] = [[], 0];
    }
    events.push(event);
    bytes += size;
  }
  if (events.length > 0) yield events;
}

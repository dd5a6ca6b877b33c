import { appendSurely, type EventStore, newEventId, NO_STREAM, type RecordedEvent } from '#event-store';
import type { Instant } from '#kernel';
import type { Place } from './rejected-topic.ts';
import type { LogMark } from './start-offset.ts';

/** How far a partition was read, and where in the log that is said. */
export interface OwnOffset {
  /** The next offset to read. */
  readonly next: number;
  /** The greatest time that a record before it bears, as far as was seen. */
  readonly newestAt?: Instant | undefined;
  readonly mark: LogMark;
}

/**
 * How far this group has come in each partition, kept in the log itself: what a restored log has read is what it
 * says, whatever the brokers remember, and they forget an idle group after a week. Written now and then, for what
 * comes twice is a duplicate.
 */
export class OwnOffsets {
  readonly #store: EventStore;
  readonly #group: string;
  readonly #revisions = new Map<string, number>();

  constructor(store: EventStore, group: string) {
    this.#store = store;
    this.#group = group;
  }

  /** Where to go on, as far as the log knows. */
  async read(place: Place): Promise<OwnOffset | undefined> {
    const stream = this.#streamOf(place);
    const newest = await newestOf(this.#store, stream);
    if (newest === undefined) return undefined;
    const { revision, position, recordedAt } = newest;
    this.#revisions.set(stream, revision);
    return { ...(newest.data as OffsetReached), mark: { position, recordedAt } };
  }

  /**
   * Says that everything before `next` has ended. Where another process has said something since we looked, the
   * partition is his, and nothing is written. Throws StoreUnavailable and StoreFull.
   */
  async write(place: Place, next: number, newestAt?: Instant): Promise<void> {
    const stream = this.#streamOf(place);
    const revision = this.#revisions.get(stream) ?? NO_STREAM;
    const data: OffsetReached = { next, ...(newestAt !== undefined && { newestAt }) };
    const event = { id: newEventId(), type: 'OffsetReached', data };
    const outcome = await appendSurely(this.#store, stream, revision, [event]);
    this.#revisions.set(stream, outcome.outcome === 'written' ? outcome.revision : outcome.actualRevision);
  }

  /** A topic's name has no colon: what follows the partition is the group, whatever is in it. */
  #streamOf({ topic, partition }: Place): string {
    return `offsets-${topic}:${partition}:${this.#group}`;
  }
}

type OffsetReached = Omit<OwnOffset, 'mark'>;

/** The last event of a stream, found by halving: a stream is read from its beginning only, and this one is long. */
async function newestOf(store: EventStore, stream: string): Promise<RecordedEvent | undefined> {
  const at = async (fromRevision: number): Promise<RecordedEvent | undefined> =>
    (await store.readStream(stream, { fromRevision, limit: 1 }))[0];
  let newest = await at(0);
  if (newest === undefined) return undefined;
  let step = 1;
  for (let next = await at(step); next !== undefined; next = await at(newest.revision + step)) {
    newest = next;
    step *= 2;
  }
  for (; step >= 1; step = Math.floor(step / 2)) {
    newest = (await at(newest.revision + step)) ?? newest;
  }
  return newest;
}

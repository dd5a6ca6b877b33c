import { appendSurely, type EventStore, newEventId, NO_STREAM, type RecordedEvent } from '#event-store';
import type { Instant } from '#kernel';
import type { Place } from './rejected-topic.ts';
import type { LogMark } from './start-offset.ts';

/** How far a partition was read, and where in the log that is recorded. */
export interface OwnOffset {
  /** The next offset to read. */
  readonly next: number;
  /** The greatest timestamp of a record before it, as far as was seen. */
  readonly newestAt?: Instant | undefined;
  readonly mark: LogMark;
}

/**
 * How far this group has come in each partition, kept in the log itself. For a restored log only this is right, whatever the
 * brokers remember; and brokers forget an idle group after a week. It is written only now and then, because a message that
 * is read twice is only a duplicate.
 */
export class OwnOffsets {
  readonly #store: EventStore;
  readonly #group: string;
  readonly #revisions = new Map<string, number>();

  constructor(store: EventStore, group: string) {
    this.#store = store;
    this.#group = group;
  }

  /** Where to go on, according to the log. Throws StoreUnavailable. */
  async read(place: Place): Promise<OwnOffset | undefined> {
    const stream = this.#streamOf(place);
    const newest = await newestOf(this.#store, stream);
    if (newest === undefined) return undefined;
    const { revision, position, recordedAt } = newest;
    this.#revisions.set(stream, revision);
    return { ...(newest.data as OffsetReached), mark: { position, recordedAt } };
  }

  /**
   * Records that everything before `next` has ended. Nothing is written if another process has recorded something since we
   * looked: then the partition is that one's. Throws StoreUnavailable and StoreFull.
   */
  async write(place: Place, next: number, newestAt?: Instant): Promise<void> {
    const stream = this.#streamOf(place);
    const revision = this.#revisions.get(stream) ?? NO_STREAM;
    const data: OffsetReached = { next, ...(newestAt !== undefined && { newestAt }) };
    const event = { id: newEventId(), type: 'OffsetReached', data };
    const outcome = await appendSurely(this.#store, stream, revision, [event]);
    this.#revisions.set(stream, outcome.outcome === 'written' ? outcome.revision : outcome.actualRevision);
  }

  /** Unique, for a topic's name has no colon; the group, which may have some, comes last. */
  #streamOf({ topic, partition }: Place): string {
    return `offsets-${topic}:${partition}:${this.#group}`;
  }
}

type OffsetReached = Omit<OwnOffset, 'mark'>;

/** The last event of a stream, found by bisection: streams are read only forwards, and this one is long. */
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

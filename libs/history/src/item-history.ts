import type { EventStore } from '#event-store';
import {
  itemStream,
  type PlaceStock,
  type RecordedItemEvent,
  stockAsOf,
  type TimelineRow,
  timelineOf,
} from '#inventory';
import type { Instant } from '#kernel';
import { readWhole } from './read-whole.ts';

/** What is asked: what we had been told by `knownAt`, of what had happened by `asOf`. Absent: all. */
export interface Moment {
  readonly knownAt?: Instant;
  readonly asOf?: Instant;
}

/** One item through time, read from its stream and nothing else. */
export class ItemHistory {
  readonly #store: EventStore;

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** Its stock by location at that moment, with the position of the newest event in it; none if never told. */
  async stockAt(
    sku: string,
    moment: Moment,
  ): Promise<{ position: number; places: readonly PlaceStock[] } | undefined> {
    const events = await this.#knownAt(sku, moment.knownAt);
    const newest = events.at(-1);
    if (!newest) return undefined;
    return { position: newest.position, places: stockAsOf(events, moment.asOf ?? Number.POSITIVE_INFINITY) };
  }

  /** Every change of its on-hand, by the time it happened, as far as known by `knownAt`. */
  async timeline(sku: string, moment: Moment): Promise<TimelineRow[]> {
    const rows = timelineOf(await this.#knownAt(sku, moment.knownAt));
    const { asOf } = moment;
    return asOf === undefined ? rows : rows.filter((row) => row.occurredAt <= asOf);
  }

  async #knownAt(sku: string, knownAt = Number.POSITIVE_INFINITY): Promise<RecordedItemEvent[]> {
    const events = await readWhole(this.#store, itemStream(sku));
    // The log's own times never fall, so what was known is a prefix.
    const known = events.findLastIndex((event) => event.recordedAt <= knownAt) + 1;
    if (known < events.length) events.length = known;
    return events as unknown[] as RecordedItemEvent[];
  }
}

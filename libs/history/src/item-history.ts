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
import { toldBy } from './told-by.ts';

/** Limits history to what we had been told by `knownAt`, and to what had happened by `asOf`; no limit if absent. */
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

  /**
   * The item's stock by location at that moment, with the position of the newest event used; undefined if there is
   * none.
   */
  async stockAt(
    sku: string,
    moment: Moment,
  ): Promise<{ position: number; places: readonly PlaceStock[] } | undefined> {
    const events = await this.#knownAt(sku, moment.knownAt);
    const newest = events.at(-1);
    if (!newest) return undefined;
    return { position: newest.position, places: stockAsOf(events, moment.asOf ?? Number.POSITIVE_INFINITY) };
  }

  /** Every change of the item's on-hand, by the time it happened, as far as known by `knownAt`. */
  async timeline(sku: string, moment: Moment): Promise<TimelineRow[]> {
    const rows = timelineOf(await this.#knownAt(sku, moment.knownAt));
    const { asOf } = moment;
    return asOf === undefined ? rows : rows.filter((row) => row.occurredAt <= asOf);
  }

  async #knownAt(sku: string, knownAt?: Instant): Promise<readonly RecordedItemEvent[]> {
    const events = (await readWhole(this.#store, itemStream(sku))) as unknown[] as RecordedItemEvent[];
    return knownAt === undefined ? events : toldBy(this.#store, events, knownAt);
  }
}

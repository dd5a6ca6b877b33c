import type { EventStore } from '#event-store';
import {
  itemStream,
  type PlaceStock,
  type RecordedItemEvent,
  rowsBehind,
  stockAsOf,
  type TimelinePlace,
  type TimelineRow,
  timelineOf,
} from '#inventory';
import type { Instant } from '#kernel';
import { readWhole } from './read-whole.ts';
import { toldAt, toldBy } from './told-by.ts';

/** Limits history to what we had been told by `knownAt`, and to what had happened by `asOf`; no limit if absent. */
export interface Moment {
  readonly knownAt?: Instant;
  readonly asOf?: Instant;
}

/** Which rows of a timeline: those behind a row, so many. All if absent. */
export interface TimelinePage {
  readonly after?: TimelinePlace | undefined;
  readonly limit?: number;
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

  /**
   * Changes of the item's on-hand, by the time they happened, as far as known by `knownAt`. The `recordedAt` of each is
   * when we were told.
   */
  async timeline(sku: string, moment: Moment, page: TimelinePage = {}): Promise<readonly TimelineRow[]> {
    const { knownAt, asOf = Number.POSITIVE_INFINITY } = moment;
    const rows = timelineOf(await this.#knownAt(sku, knownAt)).filter((row) => row.occurredAt <= asOf);
    const behind = page.after === undefined ? rows : rowsBehind(rows, page.after);
    return toldAt(this.#store, behind.slice(0, page.limit));
  }

  async #knownAt(sku: string, knownAt?: Instant): Promise<readonly RecordedItemEvent[]> {
    const events = (await readWhole(this.#store, itemStream(sku))) as unknown[] as RecordedItemEvent[];
    return knownAt === undefined ? events : toldBy(this.#store, events, knownAt);
  }
}

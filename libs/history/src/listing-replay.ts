import { setImmediate as nextTurn } from 'node:timers/promises';
import { AvailabilityBook, type Explanation, type ListingNumber } from '#availability';
import { CatalogBook } from '#catalog';
import { categoryOf, type EventStore, type RecordedEvent } from '#event-store';
import {
  emptyItem,
  evolveItem,
  type Item,
  itemStream,
  type ItemState,
  type Listing,
  type RecordedItemEvent,
  skuOfStream,
} from '#inventory';
import type { Instant } from '#kernel';
import type { ReadModel } from '#read-model';
import { readWhole } from './read-whole.ts';
import type { SetUpLog } from './set-up-log.ts';

export interface ReplayParts {
  readonly store: EventStore;
  readonly setUp: SetUpLog;
  /** Opens a read model in memory, which is gone when it is closed. */
  readonly openReadModel: () => ReadModel;
}

/** Events replayed in one turn of the event loop: a few milliseconds. */
const EVENTS_AT_ONCE = 200;

/**
 * Replays one listing's past: the same folds that run live get, in log order, every event that its number can depend
 * on. So what they say at a moment is bit for bit what was told then.
 */
export class ListingReplay {
  readonly #events: readonly RecordedEvent[];
  readonly #readModel: ReadModel;
  readonly #catalog: CatalogBook;
  readonly #items = new Map<string, ItemState>();
  readonly #itemEvents = new Map<number, RecordedEvent>();
  readonly #availability: AvailabilityBook;
  readonly #numbers: ListingNumber[] = [];
  readonly #channel: string;
  readonly #listing: string;
  #next = 0;

  private constructor(
    parts: ReplayParts,
    channel: string,
    listing: string,
    events: readonly RecordedEvent[],
  ) {
    this.#events = events;
    this.#channel = channel;
    this.#listing = listing;
    this.#readModel = parts.openReadModel();
    this.#catalog = new CatalogBook(this.#readModel);
    this.#availability = new AvailabilityBook({
      readModel: this.#readModel,
      catalog: this.#catalog,
      ledger: { item: (sku) => this.#items.get(sku) },
      past: parts.store,
    });
    this.#availability.onChange((number) => {
      if (number.channel === channel && number.listing === listing) this.#numbers.push(number);
    });
  }

  static async open(parts: ReplayParts, channel: string, listing: string): Promise<ListingReplay> {
    return new ListingReplay(parts, channel, listing, await eventsOf(parts, channel, listing));
  }

  /** Goes on to the last event recorded at or before `moment`. */
  async runTo(moment: Instant): Promise<void> {
    for (; this.#next < this.#events.length; this.#next++) {
      const event = this.#events[this.#next]!;
      if (event.recordedAt > moment) return;
      await this.#apply(event);
      if ((this.#next + 1) % EVENTS_AT_ONCE === 0) await nextTurn();
    }
  }

  /** Every number that the listing has had so far, oldest first. */
  get numbers(): readonly ListingNumber[] {
    return this.#numbers;
  }

  explain(): Explanation | undefined {
    return this.#availability.explainNow(this.#channel, this.#listing);
  }

  /** The events so far of one item's stream. */
  eventsOf(sku: string): readonly RecordedItemEvent[] {
    const stream = itemStream(sku);
    return this.#events
      .slice(0, this.#next)
      .filter((event) => event.stream === stream) as unknown as RecordedItemEvent[];
  }

  /** The item event at this position; undefined if the event there is not one. */
  eventAt(position: number): RecordedItemEvent | undefined {
    const event = this.#itemEvents.get(position);
    return event as unknown as RecordedItemEvent | undefined;
  }

  itemState(sku: string): ItemState | undefined {
    return this.#items.get(sku);
  }

  close(): void {
    this.#readModel.close();
  }

  async #apply(event: RecordedEvent): Promise<void> {
    this.#catalog.apply(event);
    if (categoryOf(event.stream) === 'item') {
      this.#itemEvents.set(event.position, event);
      const sku = skuOfStream(event.stream);
      const state = this.#items.get(sku) ?? emptyItem();
      evolveItem(state, event as unknown as RecordedItemEvent & { revision: number });
      this.#items.set(sku, state);
    }
    const done = this.#availability.apply(event);
    if (done !== undefined) await done;
  }
}

/**
 * All events that the number can depend on: the general set-up, the listing's definition, its items' definitions and
 * ledgers; for a kit also the channel's listings of its parts by their own names, for the policies of these.
 */
async function eventsOf(parts: ReplayParts, channel: string, listing: string): Promise<RecordedEvent[]> {
  const { setUp, store } = parts;
  // Otherwise what is told while the log is read might be there for one item and not for another.
  const through = await store.head();
  const general = await setUp.general();
  const own = await setUp.listing(channel, listing);
  const named = own.map((event) => (event.data as Listing).sku);
  const items = await withComponents(setUp, [listing, ...named]);
  const ofItems = await Promise.all(
    items.flatMap((sku) => [setUp.listing(channel, sku), setUp.item(sku), readWhole(store, itemStream(sku))]),
  );
  return [...general, ...ofItems.flat()]
    .filter(({ position }) => position <= through)
    .sort((a, b) => a.position - b.position);
}

/** The items, and everything that any of them was ever made of. */
async function withComponents(setUp: SetUpLog, skus: readonly string[]): Promise<string[]> {
  const known = new Set(skus);
  // Iterating over a set includes what is added meanwhile.
  for (const sku of known) {
    for (const event of await setUp.item(sku)) {
      for (const component of (event.data as Item).components) known.add(component.sku);
    }
  }
  return [...known];
}

import {
  copyItem,
  emptyItem,
  evolveItem,
  itemStream,
  type ItemState,
  type PastNeeded,
  type RecordedItemEvent,
} from '#inventory';
import { type EventStore, pagesOf, READ_EVENTS_MAX } from '#event-store';
import type { Instant } from '#kernel';
import type { LedgerBook } from './ledger-book.ts';

/** How far a fact's time may be after its recording: intake refuses more than 24 h; an hour more for clocks. */
const AHEAD_MS_MAX = 25 * 60 * 60 * 1_000;

type StoredItemEvent = RecordedItemEvent & { readonly revision: number };

/** Loads an item's state, and as much of its past as a decision asks for. */
export class ItemLoader {
  readonly #store: EventStore;
  readonly #book: Pick<LedgerBook, 'item'>;

  constructor(store: EventStore, book: Pick<LedgerBook, 'item'>) {
    this.#store = store;
    this.#book = book;
  }

  /** The state in the picture, which may be behind the stream: an append at its revision finds out. */
  remembered(sku: string): ItemState {
    const row = this.#book.item(sku);
    return row ? copyItem(row) : emptyItem();
  }

  /** Applies the events stored since. True if there were any. */
  async catchUp(sku: string, state: ItemState): Promise<boolean> {
    const before = state.revision;
    for await (const event of this.#eventsFrom(sku, before + 1)) evolveItem(state, event);
    return state.revision > before;
  }

  /** The past that a decision needs; the state is then as new as the last event in it. */
  async past(sku: string, state: ItemState, needed: PastNeeded): Promise<readonly RecordedItemEvent[]> {
    await this.catchUp(sku, state);
    const from = needed === 'all' ? 0 : await this.#firstSince(sku, state, needed.movedAfter - AHEAD_MS_MAX);
    const events: RecordedItemEvent[] = [];
    for await (const event of this.#eventsFrom(sku, from)) {
      if (event.revision <= state.revision) events.push(event);
    }
    return events;
  }

  /**
   * A revision from which on all events were recorded at or after `since`. Movements after a count were also told after
   * it, so that only the end of a long stream is read.
   */
  async #firstSince(sku: string, state: ItemState, since: Instant): Promise<number> {
    let low = 0;
    let high = state.revision + 1;
    while (high - low > READ_EVENTS_MAX) {
      const middle = Math.floor((low + high) / 2);
      const [event] = await this.#store.readStream(itemStream(sku), { fromRevision: middle, limit: 1 });
      if (event === undefined || event.recordedAt >= since) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  async *#eventsFrom(sku: string, fromRevision: number): AsyncGenerator<StoredItemEvent> {
    for await (const page of pagesOf(this.#store, itemStream(sku), fromRevision)) {
      yield* page as unknown as readonly StoredItemEvent[];
    }
  }
}

import {
  emptyItem,
  evolveItem,
  exceptionKey,
  type FactRecorded,
  type ItemEvent,
  type ItemState,
  negativeOnHand,
  placeOf,
  type RecordedItemEvent,
  skuOfStream,
} from '#inventory';
import { categoryOf, type RecordedEvent } from '#event-store';
import type { Instant } from '#kernel';
import type { Fold, ReadModel, Shelf, ShelfEntry } from '#read-model';
import { type ExceptionFilter, type ExceptionRow, ExceptionShelf } from './exception-shelf.ts';
import { namesLines } from './journal-events.ts';
import { POSTING_CATEGORY, type PostingReached } from './posting-reached.ts';
import {
  type DuePlace,
  type DueReservation,
  type ReservationRow,
  ReservationShelf,
} from './reservation-shelf.ts';
import { type SweepRow, SweepShelf } from './sweep-shelf.ts';

export interface Page {
  /** The last one seen. */
  readonly after?: string;
  readonly limit: number;
}

/**
 * Every item's books as of the log position of the picture, with the holds, exceptions and complete snapshots
 * that concern them. Rows handed out are live: never change them, and do not keep them.
 */
export class LedgerBook implements Fold {
  readonly #items: Shelf<ItemState>;
  /** Which items were ever told of at which location. */
  readonly #places: Shelf<{ sku: string }>;
  readonly #cursors: Shelf<{ position: number }>;
  /** By division and shard: how far the processes that post have got, as they say. */
  readonly #marks: Shelf<{ through: number }>;
  readonly #exceptions: ExceptionShelf;
  readonly #reservations: ReservationShelf;
  readonly #sweeps: SweepShelf;
  #position: number;

  constructor(readModel: ReadModel) {
    this.#items = readModel.shelf<ItemState>({ name: 'ledger-items', version: 5 });
    this.#places = readModel.shelf<{ sku: string }>({ name: 'ledger-places', version: 1, hotRowsMax: 1_000 });
    this.#cursors = readModel.shelf<{ position: number }>({
      name: 'ledger-cursors',
      version: 1,
      hashed: false,
    });
    this.#marks = readModel.shelf<{ through: number }>({ name: 'ledger-posting-marks', version: 1 });
    this.#exceptions = new ExceptionShelf(readModel);
    this.#reservations = new ReservationShelf(readModel);
    this.#sweeps = new SweepShelf(readModel);
    this.#position = readModel.openedAt;
  }

  /** Position of the newest event applied. */
  get position(): number {
    return this.#position;
  }

  item(sku: string): ItemState | undefined {
    return this.#items.get(sku);
  }

  /** By SKU. */
  items(page: Page): readonly ShelfEntry<ItemState>[] {
    return this.#items.byKey(page);
  }

  itemCount(): number {
    return this.#items.count();
  }

  /** SKUs of the items that were ever told of at the location, in order, after the SKU `after`. */
  skusAt(location: string, { after = '', limit }: Page): readonly string[] {
    return this.#places
      .byKey({ after: placeKey(location, after), limit })
      .filter(({ key }) => key.startsWith(placeKey(location, '')))
      .map(({ row }) => row.sku);
  }

  exception(id: string): ExceptionRow | undefined {
    const row = this.#exceptions.get(id);
    return row && this.#withToday(row);
  }

  /** In the order in which they were opened, after the id `after`. */
  async exceptions(filter: ExceptionFilter, page: Page): Promise<readonly ExceptionRow[]> {
    const rows = await this.#exceptions.list(filter, page);
    return rows.map((row) => this.#withToday(row));
  }

  reservation(reservationId: string): ReservationRow | undefined {
    return this.#reservations.get(reservationId);
  }

  /** By id. */
  reservations(page: Page & { readonly channel?: string }): readonly ReservationRow[] {
    return this.#reservations.list(page);
  }

  dueReservations(now: Instant, limit: number, after?: DuePlace): readonly DueReservation[] {
    return this.#reservations.due(now, limit, after);
  }

  overdueHolds(now: Instant, limit: number): ReturnType<ReservationShelf['overdueHolds']> {
    return this.#reservations.overdueHolds(now, limit);
  }

  /** Confirmed reservations whose order named its lines after this journal position, or has not done so yet. */
  aheadOfOrder(journal: number): readonly ReservationRow[] {
    return this.#reservations.aheadOfOrder(journal);
  }

  /** Complete snapshots of the location with `from` ≤ asOf < `before`, by time. */
  sweeps(location: string, from: Instant, before: Instant): readonly SweepRow[] {
    return this.#sweeps.between(location, from, before);
  }

  /** How far this process has got with something, as of the picture's position. */
  cursor(name: string): number {
    return this.#cursors.get(name)?.position ?? 0;
  }

  /** Stored together with the picture, which must have got at least as far. */
  setCursor(name: string, position: number): void {
    this.#cursors.put(name, { position });
  }

  /** Through which position a shard, one of `count`, was posted by the processes that had it; 0 if none has said so. */
  postedThrough(count: number, shard: number): number {
    return this.#marks.get(markKey(count, shard))?.through ?? 0;
  }

  /** Through which position all items were posted, according to any division with marks of all its shards. */
  postedByAll(): number {
    const divisions = new Map<string, number[]>();
    for (const { key, row } of this.#marks.byKey({ limit: MARKS_MAX })) {
      const [count = ''] = key.split('/');
      const marks = divisions.get(count) ?? [];
      divisions.set(count, marks);
      marks.push(row.through);
    }
    const whole = [...divisions].filter(([count, marks]) => marks.length === Number(count));
    return Math.max(0, ...whole.map(([, marks]) => Math.min(...marks)));
  }

  apply(event: RecordedEvent): void {
    this.#position = event.position;
    switch (categoryOf(event.stream)) {
      case 'item':
        return this.#applyItem(event);
      case 'reservation':
        return this.#reservations.apply(event.stream.slice('reservation-'.length), event);
      case 'order':
        if (namesLines(event)) {
          this.#reservations.orderNamed(event.stream.slice('order-'.length), event.position);
        }
        return;
      case 'document':
        return this.#applySweeps(event);
      case POSTING_CATEGORY:
        return this.#applyMark(event.data as PostingReached);
    }
  }

  #applyItem(recorded: RecordedEvent): void {
    const sku = skuOfStream(recorded.stream);
    const event = recorded as unknown as RecordedItemEvent & { revision: number };
    const state = this.#items.get(sku) ?? emptyItem();
    const placesBefore = state.places.length;
    const closing =
      event.type === 'ExceptionClosed' ? state.exceptions[exceptionKey(event.data)]?.position : undefined;
    evolveItem(state, event);
    this.#items.put(sku, state);
    for (let index = placesBefore; index < state.places.length; index++) {
      this.#places.put(placeKey(state.places[index]!.location, sku), { sku });
    }
    this.#applyToRows(sku, event, { state, closing, recorded });
  }

  /** Holds and exceptions have rows of their own besides the item's state. */
  #applyToRows(
    sku: string,
    event: ItemEvent,
    { state, closing, recorded }: { state: ItemState; closing: number | undefined; recorded: RecordedEvent },
  ): void {
    switch (event.type) {
      case 'ExceptionOpened':
        return this.#exceptions.opened(sku, event.data, state, recorded);
      case 'ExceptionClosed':
        if (closing !== undefined) this.#exceptions.closed(closing, event.data, recorded);
        return;
      case 'StockReserved':
      case 'ReservationExtended':
        return this.#reservations.held(sku, event.data);
      case 'ReservationEnded':
        return this.#reservations.ended(sku, event.data.reservationId);
      default:
        return; // Everything else is in the state.
    }
  }

  #applyMark({ count, shards, through }: PostingReached): void {
    for (const shard of shards) {
      if (through > this.postedThrough(count, shard)) this.#marks.put(markKey(count, shard), { through });
    }
  }

  #applySweeps(event: RecordedEvent): void {
    if (event.type !== 'StockSnapshotTaken' && event.type !== 'ParkedLinesReleased') return;
    for (const entry of (event.data as FactRecorded).entries) {
      if (entry.kind === 'sweep') this.#sweeps.add(entry, event.position);
    }
  }

  /** How far it is below 0 now is read from the on-hand itself. */
  #withToday(row: ExceptionRow): ExceptionRow {
    if (row.kind !== 'negative-on-hand' || row.state !== 'open') return row;
    const place = placeOf(this.#items.get(row.sku) ?? emptyItem(), row.location ?? '');
    return place ? { ...row, quantity: negativeOnHand(place) } : row;
  }
}

/** Unambiguous: a location has no `/`. */
const placeKey = (location: string, sku: string): string => `${location}/${sku}`;

/** Enough for some divisions of up to 1,024 shards each. */
const MARKS_MAX = 20_000;

const markKey = (count: number, shard: number): string => `${count}/${shard}`;

import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  allocationsOf,
  type Cause,
  type Item,
  type ItemEvent,
  type ItemState,
  type MovementPosted,
  type Policy,
  reservableOf,
  skuOfStream,
  soldIn,
} from '#inventory';
import type { CatalogBook, CatalogChange, Offering } from '#catalog';
import { categoryOf, type RecordedEvent } from '#event-store';
import type { Instant, Quantity } from '#kernel';
import type { Fold, ReadModel } from '#read-model';
import { causeOf } from './cause-of.ts';
import { type Explanation, explain } from './explanation.ts';
import { type ListingNumber, numberOf, type OfferRow } from './offer.ts';
import { type CausedBy, type MovedListing, type NumberPlace, OfferShelf } from './offer-shelf.ts';
import { type PreviewItem, previewOf } from './preview.ts';
import {
  finishRecount,
  type PastOfItems,
  type Recount,
  recountOf,
  type SoldByChannel,
} from './sold-count.ts';
import { itemsIn } from './slices.ts';
import { type Touched, touchedBy } from './touched.ts';
import { itemInput, type ItemStates, numbersOf, policyOfItem, withParts, type World } from './world.ts';

/**
 * How much of each listing each channel may sell, after every event: computed from the catalog and the ledger, whose
 * folds get each event before this one. A number's version is the position of the event that changed it, or that
 * made its listing another item's.
 */
export class AvailabilityBook implements Fold {
  readonly #readModel: ReadModel;
  readonly #catalog: CatalogBook;
  readonly #past: PastOfItems;
  readonly #offers: OfferShelf;
  readonly #world: World;
  readonly #listeners = new Set<(number: ListingNumber) => void>();
  /** Version of the event that is being applied over several turns: not all of its numbers are there yet. */
  #unfinished = Infinity;

  constructor(parts: {
    readonly readModel: ReadModel;
    readonly catalog: CatalogBook;
    readonly ledger: ItemStates;
    readonly past: PastOfItems;
  }) {
    this.#readModel = parts.readModel;
    this.#catalog = parts.catalog;
    this.#past = parts.past;
    this.#offers = new OfferShelf(parts.readModel);
    this.#world = {
      catalog: parts.catalog,
      ledger: parts.ledger,
      policies: parts.catalog,
      soldOf: (sku) => this.#offers.row(sku)?.sold,
    };
  }

  number(channel: string, listing: string): ListingNumber | undefined {
    return this.#offers.find(channel, listing);
  }

  /** Every number of an item, in all channels. */
  numbersOfItem(sku: string): readonly ListingNumber[] {
    return (this.#offers.row(sku)?.offers ?? []).map((offer) => numberOf(sku, offer));
  }

  /** Await it before listing numbers: see ReadModel. */
  prepareLists(): Promise<void> {
    return this.#readModel.prepareLists();
  }

  /**
   * A channel's newest numbers after `after` in the order of (version, listing), at most `limit`; fewer only if
   * there are no more. Listings are ordered by their UTF-8 bytes. The numbers of one event are given only when all of
   * them are there: no number can come later that belongs before one already given.
   */
  numbersAfter(channel: string, after: NumberPlace, limit: number): readonly ListingNumber[] {
    const numbers = this.#offers.after(channel, after, limit);
    return numbers.filter(({ version }) => version < this.#unfinished);
  }

  /** A channel's numbers by listing (UTF-8 bytes), after the listing `after`, at most `limit`. */
  numbersByListing(channel: string, after: string | undefined, limit: number): readonly ListingNumber[] {
    return this.#offers.byListing(channel, after, limit);
  }

  /** Calls `listener` with each number that changes, while its event is applied, in any order. Returns how to stop. */
  onChange(listener: (number: ListingNumber) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How a listing's present number is made up; undefined if there is no such listing. */
  explainNow(channel: string, listing: string): Explanation | undefined {
    const number = this.number(channel, listing);
    return number && explain(this.#world, number);
  }

  /**
   * The numbers that would be different if these policies were put now and had taken effect, one by one, in any order.
   * Nothing is stored. The caller has checked the policies.
   */
  preview(policies: readonly Policy[], now: Instant): AsyncGenerator<PreviewItem> {
    const parts = { world: this.#world, catalog: this.#catalog, past: this.#past, offers: this.#offers };
    return previewOf({ ...parts, prepareLists: () => this.prepareLists() }, policies, now);
  }

  /**
   * How much of an item in this state a channel may reserve: ATS − buffer, below 0 if more is promised than there is.
   */
  reservable(channel: string, sku: string, state: ItemState | undefined): Quantity {
    const selling = this.#catalog.sellingChannel(channel);
    return selling === undefined ? 0 : reservableOf(itemInput(this.#world, selling, sku, state));
  }

  apply(event: RecordedEvent): void | Promise<void> {
    if (categoryOf(event.stream) === 'item') return this.#applyItem(event);
    const change = this.#catalog.changeAt(event.position);
    if (change === undefined) return;
    if (change.kind === 'channel' && change.after.lists === 'all') this.#offers.addChannel(change.after.id);
    const by = causedBy(event, change.kind === 'policy' ? 'policy' : 'catalog', this.#movedBy(change));
    return this.#revise(touchedBy(change, this.#catalog), by);
  }

  #applyItem(recorded: RecordedEvent): void | Promise<void> {
    const event = recorded as unknown as ItemEvent;
    const sku = skuOfStream(recorded.stream);
    const offering = this.#catalog.offering(sku);
    if (event.type === 'MovementPosted' && event.data.channel !== undefined) {
      this.#countSold(offering?.item ?? { sku }, event.data);
    }
    const cause = this.#causeOfWhole(sku, event);
    if (cause === undefined) return;
    const by = causedBy(recorded, cause);
    this.#updateAs(sku, offering, by);
    if (offering?.isHeld !== true) return;
    const kits = this.#catalog.kitsHolding(sku);
    if (kits.length > AT_ONCE_MAX) return this.#inSlices(kits, by, (slice) => this.#updateAll(slice, by));
    this.#updateAll(kits, by);
  }

  /**
   * Why this event may change numbers; undefined if it cannot, or if more events of the same fact follow: nobody is
   * told of the numbers in between, and the last event of a fact stands for all of them.
   */
  #causeOfWhole(sku: string, event: ItemEvent): Cause | undefined {
    const row = this.#offers.row(sku);
    const cause = causeOf(event) ?? row?.cause;
    if (event.data.more === true) {
      if (cause !== row?.cause) this.#offers.put(sku, Object.assign(row ?? { offers: [] }, { cause }));
      return undefined;
    }
    if (row?.cause !== undefined) {
      delete row.cause;
      this.#offers.put(sku, row);
    }
    return cause;
  }

  #updateAll(skus: readonly string[], by: CausedBy): void {
    for (const sku of skus) this.#update(sku, by);
  }

  #update(sku: string, by: CausedBy, concerned?: ReadonlySet<string>): void {
    this.#updateAs(sku, this.#catalog.offering(sku), by, concerned);
  }

  #updateAs(
    sku: string,
    offering: Offering | undefined,
    by: CausedBy,
    concerned?: ReadonlySet<string>,
  ): void {
    const changed = this.#offers.update(sku, numbersOf(this.#world, offering, concerned), by, concerned);
    if (this.#listeners.size === 0) return;
    for (const number of changed) for (const listener of this.#listeners) listener(number);
  }

  /** Counts a sale against what is set aside for its channel. */
  #countSold(item: Pick<Item, 'sku' | 'category'>, movement: MovementPosted): void {
    const quantity = soldIn(movement);
    if (quantity === 0) return;
    const { sku } = item;
    const allocations = allocationsOf(policyOfItem(this.#catalog, item));
    if (allocations.length === 0) return;
    const allocation = allocations.find(({ channel }) => channel === movement.channel);
    if (allocation === undefined || movement.key.at < allocation.since) return;
    const { channel, since } = allocation;
    const row: OfferRow = this.#offers.row(sku) ?? { offers: [] };
    const before = row.sold?.[channel];
    const sold = { since, quantity: quantity + (before?.since === since ? before.quantity : 0) };
    row.sold = { ...row.sold, [channel]: sold };
    this.#offers.put(sku, row);
  }

  /** The listing's name may have meant another item until now, by definition or because it is that item's own name. */
  #movedBy(change: CatalogChange): MovedListing | undefined {
    if (change.kind !== 'listing') return undefined;
    const { channel, listing, sku: to } = change.after;
    const from = this.#offers.ownerOf(channel, listing);
    return from === undefined || from === to ? undefined : { channel, listing, from, to };
  }

  /** Computes everything anew that is touched; at once if that is little, and nothing must be read from the past. */
  #revise(touched: Touched, by: CausedBy): void | Promise<void> {
    const { items, channels } = touched;
    if (items === 'all' || 'next' in items)
      return this.prepareLists().then(() => this.#reviseInSlices(touched, by));
    if (items.length > AT_ONCE_MAX) return this.#reviseInSlices(touched, by);
    const recounts = items.map((sku) => this.#recount(sku));
    if (recounts.some(({ unknownSince }) => unknownSince.size > 0)) return this.#reviseInSlices(touched, by);
    for (const [index, sku] of items.entries()) this.#setSold(sku, recounts[index]?.kept);
    for (const sku of items) this.#update(sku, by, channels);
  }

  #reviseInSlices({ items, channels }: Touched, by: CausedBy): Promise<void> {
    return this.#inSlices(items, by, async (slice) => {
      for (const sku of slice) {
        // A kit is made of items that may be in a later slice themselves.
        for (const part of withParts(this.#catalog, sku)) {
          const recounting = this.#recountWhole(part, by.version);
          if (recounting !== undefined) await recounting;
        }
        this.#update(sku, by, channels);
      }
    });
  }

  /** Other work goes on between slices; the numbers are given out only when all of them are there. */
  async #inSlices(
    items: 'all' | Iterable<string>,
    by: CausedBy,
    revise: (slice: readonly string[]) => void | Promise<void>,
  ): Promise<void> {
    this.#unfinished = by.version;
    for (const slice of itemsIn(items, this.#catalog)) {
      await revise(slice);
      this.#offers.writeChanged();
      await nextTurn();
    }
    this.#unfinished = Infinity;
  }

  #recount(sku: string): Recount {
    return recountOf(this.#world, this.#catalog.item(sku) ?? { sku });
  }

  #recountWhole(sku: string, through: number): void | Promise<void> {
    const recount = this.#recount(sku);
    if (recount.unknownSince.size === 0) return this.#setSold(sku, recount.kept);
    return finishRecount(this.#past, { sku, recount, through }).then((sold) => this.#setSold(sku, sold));
  }

  /** Sets what was sold since the present allocations began to count. */
  #setSold(sku: string, sold: SoldByChannel | undefined): void {
    const row = this.#offers.row(sku);
    if (row?.sold === undefined && sold === undefined) return;
    const next: OfferRow = { offers: [], ...row };
    if (sold === undefined) delete next.sold;
    else next.sold = sold;
    this.#offers.put(sku, next);
  }
}

/** The most items that are computed anew within one turn of the event loop. */
const AT_ONCE_MAX = 100;

const causedBy = (
  { position, recordedAt }: RecordedEvent,
  reason: Cause,
  moved?: MovedListing,
): CausedBy => ({ version: position, recordedAt, reason, ...(moved && { moved }) });

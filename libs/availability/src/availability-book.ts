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
 * What each channel may sell of each listing, after every event: computed from the catalog and the ledger,
 * whose folds have seen the event before. A number's version is the position of the event that changed it, or that
 * made its listing another item's.
 */
export class AvailabilityBook implements Fold {
  readonly name = 'availability';
  readonly #catalog: CatalogBook;
  readonly #past: PastOfItems;
  readonly #offers: OfferShelf;
  readonly #world: World;
  readonly #listeners = new Set<(number: ListingNumber) => void>();
  /** The event that is being applied over several turns: its numbers are not all there yet. */
  #unfinished = Infinity;

  constructor(parts: {
    readonly readModel: ReadModel;
    readonly catalog: CatalogBook;
    readonly ledger: ItemStates;
    readonly past: PastOfItems;
  }) {
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

  /**
   * A channel's newest numbers that stand behind `after` in the order of (version, listing), in that order, at
   * most `limit`; fewer where there are no more. Listings order by their UTF-8 bytes. What an event changes
   * is there as soon as all of it is: no number can come later that would stand before one already given.
   */
  numbersAfter(channel: string, after: NumberPlace, limit: number): readonly ListingNumber[] {
    const numbers = this.#offers.after(channel, after, limit);
    return numbers.filter(({ version }) => version < this.#unfinished);
  }

  /** A channel's numbers by listing (UTF-8 bytes), behind the listing `after`, at most `limit`. */
  numbersByListing(channel: string, after: string | undefined, limit: number): readonly ListingNumber[] {
    return this.#offers.byListing(channel, after, limit);
  }

  /** Calls `listener` with each number that changes, while its event is applied, in no order. Returns how to stop. */
  onChange(listener: (number: ListingNumber) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What makes up a listing's number as it is now; undefined where there is no such listing. */
  explainNow(channel: string, listing: string): Explanation | undefined {
    const number = this.number(channel, listing);
    return number && explain(this.#world, number);
  }

  /**
   * What the numbers would be if these policies were put now and had taken effect: those that differ, one by
   * one, in no order that matters. Nothing is stored. The policies are checked before.
   */
  preview(policies: readonly Policy[], now: Instant): AsyncGenerator<PreviewItem> {
    return previewOf(
      { world: this.#world, catalog: this.#catalog, past: this.#past, offers: this.#offers },
      policies,
      now,
    );
  }

  /** What a channel may reserve of an item whose state is `state`: ATS − buffer, below 0 where more is promised. */
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
   * Why numbers may change by this event; undefined where they may not, and where more events of the same fact
   * are to come: what lies between them is told to nobody, so that the last of them speaks for all.
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

  /** A sale uses up what is set aside for its channel. */
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

  /** A listing's name may have been another item's until now, defined or as that item's own. */
  #movedBy(change: CatalogChange): MovedListing | undefined {
    if (change.kind !== 'listing') return undefined;
    const { channel, listing, sku: to } = change.after;
    const from = this.#offers.ownerOf(channel, listing);
    return from === undefined || from === to ? undefined : { channel, listing, from, to };
  }

  /** Everything that is touched, at once where it is little and nothing of it must be read from the past. */
  #revise(touched: Touched, by: CausedBy): void | Promise<void> {
    const { items, channels } = touched;
    if (items === 'all' || items.length > AT_ONCE_MAX) return this.#reviseInSlices(touched, by);
    const recounts = items.map((sku) => this.#recount(sku));
    if (recounts.some(({ unknownSince }) => unknownSince.size > 0)) return this.#reviseInSlices(touched, by);
    for (const [index, sku] of items.entries()) this.#setSold(sku, recounts[index]?.kept);
    for (const sku of items) this.#update(sku, by, channels);
  }

  #reviseInSlices({ items, channels }: Touched, by: CausedBy): Promise<void> {
    return this.#inSlices(items, by, async (slice) => {
      for (const sku of slice) {
        // A kit is made of items whose own turn may come later.
        for (const part of withParts(this.#catalog, sku)) {
          const recounting = this.#recountWhole(part, by.version);
          if (recounting !== undefined) await recounting;
        }
        this.#update(sku, by, channels);
      }
    });
  }

  /** Other work goes on between slices; the numbers are given when all of them are there. */
  async #inSlices(
    items: Touched['items'],
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

  /** Brings what was sold since allocations count in line with the allocations as they are now. */
  #setSold(sku: string, sold: SoldByChannel | undefined): void {
    const row = this.#offers.row(sku);
    if (row?.sold === undefined && sold === undefined) return;
    const next: OfferRow = { offers: [], ...row };
    if (sold === undefined) delete next.sold;
    else next.sold = sold;
    this.#offers.put(sku, next);
  }
}

/** Items that one event may touch within one turn of the event loop. */
const AT_ONCE_MAX = 100;

const causedBy = (
  { position, recordedAt }: RecordedEvent,
  reason: Cause,
  moved?: MovedListing,
): CausedBy => ({ version: position, recordedAt, reason, ...(moved && { moved }) });

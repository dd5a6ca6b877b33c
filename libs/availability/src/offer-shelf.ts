import { compareUtf8, type Quantity } from '#kernel';
import type { ReadModel, Shelf } from '#read-model';
import { namesOf, OfferFinder } from './offer-finder.ts';
import { type ListingNumber, numberOf, type Offer, type OfferRow } from './offer.ts';

/** A listing with the number it should have. */
export interface Wanted {
  readonly channel: string;
  readonly listing: string;
  readonly available: Quantity;
  /** True if it is the item's own name in a channel that lists all. */
  readonly implied: boolean;
}

/** The event that changes numbers. */
export interface CausedBy extends Pick<Offer, 'version' | 'recordedAt' | 'reason'> {
  /** The listing that this event makes another item's. */
  readonly moved?: MovedListing;
}

export interface MovedListing {
  readonly channel: string;
  readonly listing: string;
  readonly from: string;
  readonly to: string;
}

/** A reader's place in the order of (version, listing); without `listing`, after all of that version. */
export interface NumberPlace {
  readonly version: number;
  readonly listing?: string;
}

interface Named {
  readonly sku: string;
  readonly version: number;
}

/**
 * How many channels that list all have an index of their own, in which an item's row is found by the version of its
 * number there. The numbers of further ones, and of listings with names of their own, have a row each.
 */
export const SLOTS = 8;
const VERSION_DIGITS = 16;
const PAGE_ROWS = 500;

/**
 * All numbers, by item, so that one event of an item changes one row. In each channel they are found by version, so
 * that a client that comes back is told exactly what has changed since, in order.
 */
export class OfferShelf {
  readonly #offers: Shelf<OfferRow>;
  /** Where to find the numbers that have no slot. */
  readonly #named: Shelf<Named>;
  readonly #slots: Shelf<{ readonly slot: number }>;
  readonly #finder = new OfferFinder();

  constructor(readModel: ReadModel) {
    const slots = Array.from({ length: SLOTS }, (_, slot) => slot);
    this.#offers = readModel.shelf<OfferRow>({
      name: 'availability-offers',
      version: 2,
      indexes: Object.fromEntries(slots.map((slot) => [slotIndex(slot), (row) => versionIn(row, slot)])),
    });
    this.#named = readModel.shelf<Named>({
      name: 'availability-named',
      version: 2,
      indexes: { order: ({ version }, key) => orderOf(key.slice(0, key.indexOf(':')), version) },
    });
    this.#slots = readModel.shelf({ name: 'availability-slots', version: 1 });
  }

  /** See Shelf. */
  writeChanged(): void {
    this.#offers.writeChanged();
    this.#named.writeChanged();
  }

  row(sku: string): OfferRow | undefined {
    return this.#offers.get(sku);
  }

  /** To be called after a change of the row other than of its numbers. */
  put(sku: string, row: OfferRow): void {
    this.#offers.put(sku, row);
  }

  /** Gives a channel that lists all an index of its own, while there are any left. */
  addChannel(channel: string): void {
    if (this.#slots.get(channel) !== undefined) return;
    const slot = this.#slots.count();
    if (slot < SLOTS) this.#slots.put(channel, { slot });
  }

  /** The item under which a listing's number is kept. */
  ownerOf(channel: string, listing: string): string | undefined {
    return this.find(channel, listing)?.sku;
  }

  /** A listing's number, whichever item it is kept under. */
  find(channel: string, listing: string): ListingNumber | undefined {
    const sku = this.#named.get(keyOf(channel, listing))?.sku ?? listing;
    return this.number(sku, channel, listing);
  }

  number(sku: string, channel: string, listing: string): ListingNumber | undefined {
    const offers = this.#offers.get(sku)?.offers ?? [];
    const offer = this.#finder.find(offers, channel, listing);
    return offer && numberOf(sku, offer);
  }

  /**
   * Sets an item's numbers, and returns those that changed. A listing that was another item's changes even if its
   * number is the same, for its channel is told which item it is. A listing that is no longer wanted, in one of the
   * channels concerned (all, if left out), gets 0: otherwise its channel would go on selling it.
   */
  update(
    sku: string,
    wanted: readonly Wanted[],
    by: CausedBy,
    concerned?: ReadonlySet<string>,
  ): readonly ListingNumber[] {
    const moved = by.moved?.to === sku ? by.moved : undefined;
    if (moved !== undefined) this.#move(moved);
    const row = this.#offers.get(sku) ?? { offers: [] };
    const before = row.offers.length;
    // Of the right size from the start: an array that is pushed to would reserve room for seventeen, for each event.
    const changed = new Array<ListingNumber>(wanted.length);
    let count = 0;
    for (const want of wanted) {
      const former = this.#finder.find(row.offers, want.channel, want.listing);
      if (former?.available === want.available && (moved === undefined || !isOf(moved, want))) continue;
      const offer = former ?? offerOf(want, by, undefined);
      if (former === undefined) row.offers.push(offer);
      this.#tell(sku, offer, want, by);
      changed[count++] = numberOf(sku, offer);
    }
    changed.length = count;
    if (before > wanted.length) changed.push(...this.#withdraw(sku, row, { wanted, by, concerned }));
    if (changed.length > 0) this.#offers.put(sku, row);
    return changed;
  }

  /** A channel's newest numbers after a place, in the order of (version, listing), at most `limit`. */
  after(channel: string, place: NumberPlace, limit: number): readonly ListingNumber[] {
    const numbers = [
      ...this.#slottedAfter(channel, place, limit),
      ...this.#namedAfter(channel, place, limit),
    ];
    numbers.sort((a, b) => a.version - b.version || byListing(a, b));
    return numbers.slice(0, limit);
  }

  /** A channel's numbers by listing, after the listing `after`, at most `limit`. */
  byListing(channel: string, after: string | undefined, limit: number): readonly ListingNumber[] {
    const named = this.#namedFrom(channel, after, limit);
    // What comes behind them is on a later page: if all listings have names of their own, nothing else ends the search.
    const last = named.length === limit ? named.at(-1)?.listing : undefined;
    const numbers = [...this.#slottedFrom(channel, { after, last, limit }), ...named];
    return numbers.sort(byListing).slice(0, limit);
  }

  /** Moves a listing's number to another item, in the turn that tells it: nobody sees it under the wrong item. */
  #move({ channel, listing, from, to }: MovedListing): void {
    const former = this.#offers.get(from);
    const offer = former && this.#finder.find(former.offers, channel, listing);
    if (former === undefined || offer === undefined) return;
    former.offers.splice(former.offers.indexOf(offer), 1);
    this.#finder.forget(former.offers);
    this.#offers.put(from, former);
    const row = this.#offers.get(to) ?? { offers: [] };
    row.offers.push(offerOf(offer, offer, undefined));
    this.#offers.put(to, row);
    this.#named.put(keyOf(channel, listing), { sku: to, version: offer.version });
  }

  #tell(sku: string, offer: Offer, { available, implied }: Wanted, by: CausedBy): void {
    const { channel, listing } = offer;
    const slot = implied ? (offer.slot ?? this.#slots.get(channel)?.slot) : undefined;
    changeTo(offer, available, by, slot);
    if (slot === undefined) this.#named.put(keyOf(channel, listing), { sku, version: offer.version });
  }

  #withdraw(
    sku: string,
    row: OfferRow,
    change: { wanted: readonly Wanted[]; by: CausedBy; concerned: ReadonlySet<string> | undefined },
  ): readonly ListingNumber[] {
    const { wanted, by, concerned } = change;
    const withdrawn: ListingNumber[] = [];
    const isWanted = namesOf(wanted);
    for (const offer of row.offers) {
      const { channel, listing, slot, available } = offer;
      if (available === 0 || concerned?.has(channel) === false) continue;
      if (isWanted(channel, listing)) continue;
      changeTo(offer, 0, by, slot);
      if (slot === undefined) this.#named.put(keyOf(channel, listing), { sku, version: offer.version });
      withdrawn.push(numberOf(sku, offer));
    }
    return withdrawn;
  }

  #slottedAfter(channel: string, { version, listing }: NumberPlace, limit: number): readonly ListingNumber[] {
    const slot = this.#slots.get(channel)?.slot;
    if (slot === undefined) return [];
    const behind = listing === undefined ? { above: version } : { after: { value: version, key: listing } };
    const rows = this.#offers.byIndex(slotIndex(slot), { ...behind, limit });
    return rows.flatMap(({ key, row }) => slotted(key, row, slot));
  }

  #namedAfter(channel: string, { version, listing }: NumberPlace, limit: number): readonly ListingNumber[] {
    const value = orderOf(channel, version);
    const behind =
      listing === undefined ? { above: value } : { after: { value, key: keyOf(channel, listing) } };
    const rows = this.#named.byIndex('order', { ...behind, limit });
    return this.#numbersNamed(channel, rows);
  }

  /**
   * Reads items in order until there are enough, or beyond `last`: in a channel that lists all, every item has a number or a
   * listing of its name.
   */
  #slottedFrom(
    channel: string,
    { after, last: through, limit }: { after?: string; last: string | undefined; limit: number },
  ): readonly ListingNumber[] {
    const slot = this.#slots.get(channel)?.slot;
    const numbers: ListingNumber[] = [];
    if (slot === undefined) return numbers;
    for (let from = after ?? ''; ;) {
      const rows = this.#offers.byKey({ after: from, limit: Math.max(limit, PAGE_ROWS) });
      for (const { key, row } of rows) numbers.push(...slotted(key, row, slot));
      const last = rows.at(-1);
      if (last === undefined || numbers.length >= limit) return numbers;
      if (through !== undefined && compareUtf8(last.key, through) >= 0) return numbers;
      from = last.key;
    }
  }

  #namedFrom(channel: string, after: string | undefined, limit: number): readonly ListingNumber[] {
    return this.#numbersNamed(channel, this.#named.byKey({ after: keyOf(channel, after ?? ''), limit }));
  }

  /** The rows may go on with those of the next channel, which are left out. */
  #numbersNamed(
    channel: string,
    rows: readonly { readonly key: string; readonly row: Named }[],
  ): readonly ListingNumber[] {
    const prefix = keyOf(channel, '');
    return rows
      .filter(({ key }) => key.startsWith(prefix))
      .flatMap(({ key, row }) => this.number(row.sku, channel, key.slice(prefix.length)) ?? []);
  }
}

const isOf = (moved: MovedListing, { channel, listing }: Wanted): boolean =>
  channel === moved.channel && listing === moved.listing;

const slotIndex = (slot: number): string => `slot${slot}`;
/** Unambiguous: a channel's id has no colon. */
const keyOf = (channel: string, listing: string): string => `${channel}:${listing}`;
const orderOf = (channel: string, version: number): string =>
  `${channel}:${String(version).padStart(VERSION_DIGITS, '0')}`;
const byListing = (a: ListingNumber, b: ListingNumber): number => compareUtf8(a.listing, b.listing);

/** Always with the same fields, so that these objects, which are used all the time, share one hidden class. */
const offerOf = (
  { channel, listing, available }: Pick<Offer, 'channel' | 'listing' | 'available'>,
  { version, recordedAt, reason }: CausedBy,
  slot: number | undefined,
): Offer => ({ channel, listing, available, version, recordedAt, reason, slot });

function versionIn({ offers }: OfferRow, slot: number): number | null {
  for (const offer of offers) if (offer.slot === slot) return offer.version;
  return null;
}

function slotted(sku: string, { offers }: OfferRow, slot: number): readonly ListingNumber[] {
  for (const offer of offers) if (offer.slot === slot) return [numberOf(sku, offer)];
  return [];
}

function changeTo(offer: Offer, available: Quantity, by: CausedBy, slot: number | undefined): void {
  offer.available = available;
  offer.version = by.version;
  offer.recordedAt = by.recordedAt;
  offer.reason = by.reason;
  if (offer.slot !== slot) offer.slot = slot;
}

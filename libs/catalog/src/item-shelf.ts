import type { Instant, Quantity } from '#kernel';
import type { Component, Identifier, Item, Listing } from '#inventory';
import type { ReadModel, Shelf } from '#read-model';
import { listingKey, type SetupEntry } from './setup-entry.ts';

/** An item with all that refers to it, so that one row says what an event of the item may touch. */
export interface ItemRow {
  resource: Item;
  position: number;
  recordedAt: Instant;
  revision: number;
  /** Kits that name it as a component. */
  kits?: string[];
  /** Listings defined for it. */
  listings?: ItemListings;
  /** Channels where a listing of this name sells another item. */
  taken?: string[];
}

type ItemListings = { readonly channel: string; readonly listing: string; readonly unitsPer: Quantity }[];

interface Placed {
  readonly position: number;
  readonly recordedAt: Instant;
  readonly revision: number;
}

/** Items, their identifiers and listings. There may be very many, so they are read on demand. */
export class ItemShelf {
  readonly #items: Shelf<ItemRow>;
  readonly #identifiers: Shelf<{ readonly skus: readonly string[] }>;
  readonly #listings: Shelf<SetupEntry<Listing>>;
  /** Whether a channel has any listings defined, as far as known: this answers most questions about names. */
  readonly #naming = new Map<string, boolean>();

  constructor(readModel: ReadModel) {
    this.#items = readModel.shelf<ItemRow>({
      name: 'catalog-items',
      version: 1,
      indexes: { category: (row) => row.resource.category ?? null },
    });
    this.#identifiers = readModel.shelf({ name: 'catalog-identifiers', version: 1 });
    this.#listings = readModel.shelf({ name: 'catalog-listings', version: 1 });
  }

  row(sku: string): ItemRow | undefined {
    return this.#items.get(sku);
  }

  listing(channel: string, listing: string): SetupEntry<Listing> | undefined {
    return this.#hasListings(channel) ? this.#listings.get(listingKey(channel, listing)) : undefined;
  }

  skusOf({ scheme, value }: Identifier): readonly string[] {
    return this.#carriers(identifierKey(scheme, value));
  }

  /** Items in SKU order, of one category if it is named. */
  items(page: { after?: string; limit: number; category?: string | undefined }): readonly ItemRow[] {
    const { category, after, limit } = page;
    if (category === undefined) {
      return this.#items.byKey({ limit, after }).map(({ row }) => row);
    }
    const behind = after === undefined ? {} : { after: { value: category, key: after } };
    return this.#items.byIndex('category', { equals: category, limit, ...behind }).map(({ row }) => row);
  }

  /** Listings defined for a channel, by name. */
  listings(channel: string, page: { after?: string; limit: number }): readonly SetupEntry<Listing>[] {
    const after = listingKey(channel, page.after ?? '');
    const rows = this.#listings.byKey({ after, limit: page.limit }).map(({ row }) => row);
    return rows.filter(({ resource }) => resource.channel === channel);
  }

  /** `channels` are all channels: in any of them a listing may have the new item's name. */
  define(item: Item, placed: Placed, channels: readonly string[]): Item | undefined {
    const former = this.#items.get(item.sku);
    const before = former?.resource;
    const row: ItemRow = { ...former, resource: item, ...placeOf(placed) };
    if (former === undefined) {
      const taken = channels.filter((channel) => this.listing(channel, item.sku) !== undefined);
      if (taken.length > 0) row.taken = taken;
    }
    this.#items.put(item.sku, row);
    this.#identify(item, before?.identifiers ?? []);
    this.#hold(item, before?.components ?? []);
    return before;
  }

  defineListing(listing: Listing, placed: Placed): Listing | undefined {
    const key = listingKey(listing.channel, listing.listing);
    const before = this.listing(listing.channel, listing.listing)?.resource;
    this.#naming.set(listing.channel, true);
    this.#listings.put(key, { resource: listing, ...placeOf(placed) });
    if (before !== undefined) this.#removeListing(before);
    this.#addListing(listing);
    this.#takeName(listing);
    return before;
  }

  /** Notes at the item itself that it has this listing. */
  #addListing({ sku, channel, listing, unitsPer }: Listing): void {
    this.#changeListings(sku, (listings) => [...listings, { channel, listing, unitsPer }]);
  }

  #removeListing({ sku, channel, listing }: Listing): void {
    this.#changeListings(sku, (listings) =>
      listings.filter((other) => other.channel !== channel || other.listing !== listing),
    );
  }

  #changeListings(sku: string, change: (listings: ItemListings) => ItemListings): void {
    const row = this.#items.get(sku);
    if (row === undefined) return;
    setList(row, 'listings', change(row.listings ?? []));
    this.#items.put(sku, row);
  }

  /** A listing that is named like another item takes that name from it in this channel. */
  #takeName({ channel, listing, sku }: Listing): void {
    const named = this.#items.get(listing);
    if (named === undefined) return;
    const others = (named.taken ?? []).filter((other) => other !== channel);
    const taken = listing === sku ? others : [...others, channel];
    if (taken.length === 0 && named.taken === undefined) return;
    setList(named, 'taken', taken);
    this.#items.put(listing, named);
  }

  #identify({ sku, identifiers }: Item, before: readonly Identifier[]): void {
    const keys = new Set(identifiers.map(({ scheme, value }) => identifierKey(scheme, value)));
    const formerKeys = new Set(before.map(({ scheme, value }) => identifierKey(scheme, value)));
    for (const key of formerKeys) if (!keys.has(key)) this.#removeCarrier(key, sku);
    for (const key of keys) if (!formerKeys.has(key)) this.#addCarrier(key, sku);
  }

  /** To be called only if the item did not carry the identifier before. */
  #addCarrier(key: string, sku: string): void {
    this.#identifiers.put(key, { skus: [...this.#carriers(key), sku].sort() });
  }

  #removeCarrier(key: string, sku: string): void {
    const skus = this.#carriers(key).filter((other) => other !== sku);
    if (skus.length === 0) this.#identifiers.delete(key);
    else this.#identifiers.put(key, { skus });
  }

  #carriers(key: string): readonly string[] {
    return this.#identifiers.get(key)?.skus ?? [];
  }

  #hold({ sku, components }: Item, before: readonly Component[]): void {
    const held = new Set(components.map((component) => component.sku));
    const formerlyHeld = new Set(before.map((component) => component.sku));
    for (const part of formerlyHeld) if (!held.has(part)) this.#removeKit(part, sku);
    for (const part of held) if (!formerlyHeld.has(part)) this.#addKit(part, sku);
  }

  /** To be called only if the kit did not hold the part before. */
  #addKit(part: string, kit: string): void {
    const row = this.#items.get(part);
    if (row === undefined) return;
    (row.kits ??= []).push(kit); // In place: a part may be in very many kits, and each of them comes here.
    this.#items.put(part, row);
  }

  #removeKit(part: string, kit: string): void {
    const row = this.#items.get(part);
    if (row === undefined) return;
    const kits = (row.kits ?? []).filter((other) => other !== kit);
    setList(row, 'kits', kits);
    this.#items.put(part, row);
  }

  #hasListings(channel: string): boolean {
    const known = this.#naming.get(channel);
    if (known !== undefined) return known;
    const hasListings = this.listings(channel, { limit: 1 }).length > 0;
    this.#naming.set(channel, hasListings);
    return hasListings;
  }
}

/** The part of an event that a row keeps. */
const placeOf = ({ position, recordedAt, revision }: Placed): Placed => ({ position, recordedAt, revision });

const identifierKey = (scheme: string, value: string): string => JSON.stringify([scheme, value]);

/** An empty list is left out, for most items have none. */
function setList<List extends 'kits' | 'listings' | 'taken'>(
  row: ItemRow,
  list: List,
  values: NonNullable<ItemRow[List]>,
): void {
  if (values.length === 0) delete row[list];
  else row[list] = values;
}

import type { Instant, Quantity } from '#kernel';
import type { Component, Identifier, Item, Listing } from '#inventory';
import type { ReadModel, Shelf } from '#read-model';
import { listingKey, type SetupEntry } from './setup-entry.ts';

/** An item with all that hangs on it, so that one look answers what an event of it may touch. */
export interface ItemRow {
  resource: Item;
  position: number;
  recordedAt: Instant;
  revision: number;
  /** Kits that name it as a component. */
  kits?: string[];
  /** Listings defined for it. */
  listings?: { readonly channel: string; readonly listing: string; readonly unitsPer: Quantity }[];
  /** Channels where a listing of this name sells another item. */
  taken?: string[];
}

interface Placed {
  readonly position: number;
  readonly recordedAt: Instant;
  readonly revision: number;
}

/** Items, their identifiers and listings: as many as there are, so on demand. */
export class ItemShelf {
  readonly #items: Shelf<ItemRow>;
  readonly #identifiers: Shelf<{ readonly skus: readonly string[] }>;
  readonly #listings: Shelf<SetupEntry<Listing>>;
  /** Channels that have listings defined, as far as known: most questions about names end here. */
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
    return this.#names(channel) ? this.#listings.get(listingKey(channel, listing)) : undefined;
  }

  skusOf({ scheme, value }: Identifier): readonly string[] {
    return this.#identifiers.get(identifierKey(scheme, value))?.skus ?? [];
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

  /** `channels`: all there are, for in any of them the new item's name may be taken. */
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
    if (before !== undefined) this.#hang(before, false);
    this.#hang(listing, true);
    this.#take(listing);
    return before;
  }

  /** Notes at the item itself that a listing is of it, or no longer. */
  #hang(of: Listing, hangs: boolean): void {
    const row = this.#items.get(of.sku);
    if (row === undefined) return;
    const others = (row.listings ?? []).filter(
      ({ channel, listing }) => channel !== of.channel || listing !== of.listing,
    );
    const { channel, listing, unitsPer } = of;
    setList(row, 'listings', hangs ? [...others, { channel, listing, unitsPer }] : others);
    this.#items.put(of.sku, row);
  }

  /** A listing that is named like another item takes that name from it in this channel. */
  #take({ channel, listing, sku }: Listing): void {
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
    for (const key of formerKeys) if (!keys.has(key)) this.#carry(key, sku, false);
    for (const key of keys) if (!formerKeys.has(key)) this.#carry(key, sku, true);
  }

  #carry(key: string, sku: string, carries: boolean): void {
    const others = (this.#identifiers.get(key)?.skus ?? []).filter((other) => other !== sku);
    const skus = carries ? [...others, sku].sort() : others;
    if (skus.length === 0) this.#identifiers.delete(key);
    else this.#identifiers.put(key, { skus });
  }

  #hold({ sku, components }: Item, before: readonly Component[]): void {
    const held = new Set(components.map((component) => component.sku));
    const formerlyHeld = new Set(before.map((component) => component.sku));
    for (const part of formerlyHeld) if (!held.has(part)) this.#holdPart(part, sku, false);
    for (const part of held) if (!formerlyHeld.has(part)) this.#holdPart(part, sku, true);
  }

  /** Only where it was the other way before. */
  #holdPart(part: string, kit: string, holds: boolean): void {
    const row = this.#items.get(part);
    if (row === undefined) return;
    // In place: a part may be in very many kits, and each of them comes here.
    if (holds) (row.kits ??= []).push(kit);
    else
      setList(
        row,
        'kits',
        (row.kits ?? []).filter((other) => other !== kit),
      );
    this.#items.put(part, row);
  }

  #names(channel: string): boolean {
    const known = this.#naming.get(channel);
    if (known !== undefined) return known;
    const names = this.listings(channel, { limit: 1 }).length > 0;
    this.#naming.set(channel, names);
    return names;
  }
}

/** Of an event only what a row keeps of it. */
const placeOf = ({ position, recordedAt, revision }: Placed): Placed => ({ position, recordedAt, revision });

const identifierKey = (scheme: string, value: string): string => JSON.stringify([scheme, value]);

/** An empty list is left out: most items have none. */
function setList<List extends 'kits' | 'listings' | 'taken'>(
  row: ItemRow,
  list: List,
  values: NonNullable<ItemRow[List]>,
): void {
  if (values.length === 0) delete row[list];
  else row[list] = values;
}

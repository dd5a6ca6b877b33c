import type { Channel, Item } from '#inventory';
import { type Quantity, UNIT } from '#kernel';
import type { ItemRow } from './item-shelf.ts';

/** An item as it is sold. */
export interface Offering {
  readonly item: Item;
  readonly offers: readonly Offered[];
  /** True if a kit holds it. */
  readonly isHeld: boolean;
}

/** One listing of an item, with its channel. */
export interface Offered {
  readonly channel: SellingChannel;
  readonly listing: string;
  readonly unitsPer: Quantity;
  /** True if it was not defined, but is the item's own name in a channel that lists all. */
  readonly implied: boolean;
}

/** A channel, with what computing its numbers needs again and again. */
export interface SellingChannel extends Channel {
  /** Its active locations, by priority. */
  readonly active: ReadonlySet<string>;
}

export interface SellingChannels {
  readonly byId: ReadonlyMap<string, SellingChannel>;
  /** The channels that list all. */
  readonly listingAll: readonly SellingChannel[];
}

export function sellingChannels(
  channels: readonly Channel[],
  isActive: (location: string) => boolean,
): SellingChannels {
  const byId = new Map<string, SellingChannel>();
  for (const channel of channels) {
    byId.set(channel.id, { ...channel, active: new Set(channel.locations.filter(isActive)) });
  }
  return { byId, listingAll: [...byId.values()].filter(({ lists }) => lists === 'all') };
}

/** Every listing of an item: those defined, and its own name in channels that list all, unless it is taken there. */
export function offersOf(
  { resource, listings, taken }: ItemRow,
  channels: SellingChannels,
): readonly Offered[] {
  const { sku } = resource;
  const { byId, listingAll } = channels;
  const impliedIn = (channel: SellingChannel): Offered => ({
    channel,
    listing: sku,
    unitsPer: UNIT,
    implied: true,
  });
  // Most items have no listings with other names.
  if (listings === undefined && taken === undefined) return listingAll.map(impliedIn);
  const offers: Offered[] = [];
  for (const { channel: id, listing, unitsPer } of listings ?? []) {
    const channel = byId.get(id);
    if (channel !== undefined) offers.push({ channel, listing, unitsPer, implied: false });
  }
  const isFree = (channel: SellingChannel): boolean =>
    !taken?.includes(channel.id) &&
    !offers.some((offer) => offer.channel === channel && offer.listing === sku);
  return [...offers, ...listingAll.filter(isFree).map(impliedIn)];
}

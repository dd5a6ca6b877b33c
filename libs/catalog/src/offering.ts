import type { Channel, Item } from '#inventory';
import { type Quantity, UNIT } from '#kernel';
import type { ItemRow } from './item-shelf.ts';

/** An item as it is sold. */
export interface Offering {
  readonly item: Item;
  readonly offers: readonly Offered[];
  /** True where a kit holds it. */
  readonly isHeld: boolean;
}

/** One listing of an item, with its channel. */
export interface Offered {
  readonly channel: SellingChannel;
  readonly listing: string;
  readonly unitsPer: Quantity;
  /** True where nobody defined it: it is the item's own name in a channel that lists all. */
  readonly implied: boolean;
}

/** A channel with what its numbers need again and again. */
export interface SellingChannel extends Channel {
  /** Its locations that are active, in priority. */
  readonly active: ReadonlySet<string>;
}

export type SellingChannels = ReadonlyMap<string, SellingChannel>;

export function sellingChannels(
  channels: readonly Channel[],
  isActive: (location: string) => boolean,
): SellingChannels {
  const selling = new Map<string, SellingChannel>();
  for (const channel of channels) {
    selling.set(channel.id, { ...channel, active: new Set(channel.locations.filter(isActive)) });
  }
  return selling;
}

/** Every listing of an item: those defined, and its own name in channels that list all, where it is free. */
export function offersOf(
  { resource, listings, taken }: ItemRow,
  channels: SellingChannels,
): readonly Offered[] {
  const { sku } = resource;
  const offers: Offered[] = [];
  for (const { channel: id, listing, unitsPer } of listings ?? NO_LISTINGS) {
    const channel = channels.get(id);
    if (channel !== undefined) offers.push({ channel, listing, unitsPer, implied: false });
  }
  const defined = offers.length;
  for (const channel of channels.values()) {
    if (channel.lists !== 'all' || taken?.includes(channel.id)) continue;
    if (defined > 0 && offers.some((offer) => offer.channel === channel && offer.listing === sku)) continue;
    offers.push({ channel, listing: sku, unitsPer: UNIT, implied: true });
  }
  return offers;
}

const NO_LISTINGS: readonly never[] = [];

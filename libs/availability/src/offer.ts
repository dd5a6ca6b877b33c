import type { Cause } from '#inventory';
import type { Instant, Quantity } from '#kernel';

/** One listing's number, and the event that caused it. Changed in place, with its row; never handed out. */
export interface Offer {
  readonly channel: string;
  readonly listing: string;
  available: Quantity;
  /** Position of the event that caused the number: it grows when the number or its item changes, and only then. */
  version: number;
  recordedAt: Instant;
  reason: Cause;
  /** The index that finds it by version, if it is the item's own name in a channel that lists all. */
  slot?: number | undefined;
}

/** A listing's number as it is told: a value that never changes. */
export interface ListingNumber extends Readonly<Omit<Offer, 'slot'>> {
  readonly sku: string;
}

/** All listings of one item. */
export interface OfferRow {
  /** In the order in which they came. */
  offers: Offer[];
  /** What channels have sold since their allocation began to count; those that have sold nothing are left out. */
  sold?: Record<string, Sold>;
  /** Why the numbers change, while more events of the same fact are to come. */
  cause?: Cause;
}

export interface Sold {
  readonly since: Instant;
  readonly quantity: Quantity;
}

export function numberOf(sku: string, offer: Offer): ListingNumber {
  const { channel, listing, available, version, recordedAt, reason } = offer;
  return { channel, listing, sku, available, version, recordedAt, reason };
}

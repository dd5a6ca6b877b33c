import type { Instant, Quantity } from '#kernel';
import type { Disposition } from './message.ts';

/**
 * What one journal event does to stock, item by item: the bridge between journal and ledger.
 * The journal stores entries with the fact that caused them; posting carries each to its item's stream.
 * Every entry keeps the time and the name of the message that it comes from. That may be an earlier message than the
 * one whose event stores the entry: a new fact of an order can change what an old return did.
 */
export type Entry = Move | Count | Open | OpenPast | Settle | Expect | Flag | HoldEnd | Sweep;

interface OfItem {
  readonly sku: string;
}

/**
 * The place of a fact in the order of all facts. Equal times are ordered by source, then message id, then document
 * id, each by UTF-16 code units: any arrival order sorts into the same sequence.
 */
export interface FactKey {
  readonly at: Instant;
  readonly source: string;
  readonly id: string;
  readonly document: string;
}

/** Goods leave one account and enter another. Double entry: per item all accounts sum to 0. */
export interface Move extends OfItem {
  readonly kind: 'move';
  readonly key: FactKey;
  readonly from: Account;
  readonly to: Account;
  /** Positive. */
  readonly quantity: Quantity;
  /** The message type in past-tense words, for timeline and reason: `sale`, `receipt`, `shipment`, … */
  readonly cause: Cause;
  /** The channel whose customer took or brought it, if it was one: it counts against the channel's ring-fence. */
  readonly channel?: string;
  readonly orderId?: string;
  /** A receipt lowers the expectation of this name. */
  readonly expectation?: string;
  /** The source's running number, for snapshots with a watermark. */
  readonly sequence?: number;
}

/**
 * An anchor: at this time this quantity was there, movements at that very time included. Another count with the same
 * key is another line of the same message: what it counted is there besides what the first one did.
 */
export interface Count extends OfItem {
  readonly kind: 'count';
  /** `at` is the time counted, for a snapshot its `asOf`. */
  readonly key: FactKey;
  readonly location: string;
  readonly disposition: Disposition;
  readonly quantity: Quantity;
  readonly watermark?: number;
  readonly cause: 'count' | 'snapshot';
}

/** How much of an order's line is now open (absolute): what is missing is committed, what is too much is released. */
export interface Open extends OfItem {
  readonly kind: 'open';
  readonly key: FactKey;
  readonly channel: string;
  readonly orderId: string;
  readonly line: string;
  readonly quantity: Quantity;
  /** Where the channel wants it committed. */
  readonly location?: string;
  /** The channel has named the location only now: what is promised elsewhere moves there. */
  readonly moves?: true;
  /** Where it just shipped: release there first. */
  readonly near?: string;
  /** Take it out of this hold first: the order confirms a reservation. */
  readonly reservationId?: string;
}

/**
 * A fact told late: between moments in the past, more or less of an order's line was open than was known. What is
 * open now stays.
 */
export interface OpenPast extends OfItem {
  readonly kind: 'open-past';
  readonly key: FactKey;
  readonly channel: string;
  readonly orderId: string;
  readonly line: string;
  readonly changes: readonly OpenPastChange[];
  /** Where the channel wanted it committed. */
  readonly location?: string;
}

/** From this moment on `by` more was open (signed); the changes of one entry sum to 0. */
export interface OpenPastChange {
  readonly from: Instant;
  readonly by: Quantity;
}

/**
 * What confirmed reservations still promise an order beyond the lines it has named. Without `left` nothing: the
 * order has named all its lines.
 */
export interface Settle extends OfItem {
  readonly kind: 'settle';
  readonly key: FactKey;
  readonly channel: string;
  readonly orderId: string;
  /**
   * Of the confirmations that the journal knows, `quantity` is promised without a line: `by` more (signed) than before
   * this event's own lines took over what they name.
   */
  readonly left?: { readonly quantity: Quantity; readonly by: Quantity };
  /** Where it just shipped: release there first. */
  readonly near?: string;
}

/** How much is expected under this document's name (absolute; 0 cancels it). Lines of one message add up. */
export interface Expect extends OfItem {
  readonly kind: 'expect';
  readonly key: FactKey;
  readonly documentId: string;
  readonly location: string;
  readonly quantity: Quantity;
  readonly expectedAt: Instant;
}

/** An exception of an order or document now has this size (absolute; 0 clears it). */
export interface Flag extends OfItem {
  readonly kind: 'flag';
  readonly key: FactKey;
  readonly flag: ExceptionKind;
  readonly location?: string;
  readonly channel?: string;
  /** The order, or the transfer. */
  readonly orderId?: string;
  readonly quantity: Quantity;
}

/** A hold of this item has ended, or has a new deadline. */
export interface HoldEnd extends OfItem {
  readonly kind: 'hold';
  readonly key: FactKey;
  readonly reservationId: string;
  /** Revision of the request that is meant, in the reservation's stream. */
  readonly request: number;
  readonly end: 'confirmed' | 'released' | 'expired' | 'extended';
  /** confirmed: at most `quantity` is promised to this order; the rest is released. */
  readonly channel?: string;
  readonly orderId?: string;
  readonly quantity?: Quantity;
  /** extended: the new deadline. */
  readonly expiresAt?: Instant;
  /** Log position by which the hold was made. */
  readonly heldAt?: number;
}

/**
 * A complete snapshot of a location: every item that no message of its document lists is 0 there, even one that we
 * are told of only later. `listed` are the items of this message.
 */
export interface Sweep {
  readonly kind: 'sweep';
  readonly key: FactKey;
  readonly location: string;
  readonly listed: readonly string[];
  readonly watermark?: number;
}

/** `{location}/{disposition}` on hand, `{location}/in-transit` on its way there, or the outside world. */
export type Account = string;
export const SUPPLIER: Account = 'supplier';
export const CUSTOMER: Account = 'customer';
export const ADJUSTMENT: Account = 'adjustment';
export const onHandAccount = (location: string, disposition: Disposition): Account =>
  `${location}/${disposition}`;
export const inTransitAccount = (location: string): Account => `${location}/in-transit`;

/** The word that a timeline, a number's `reason` and an explanation use. */
export type Cause = (typeof CAUSES)[number];
export const CAUSES = [
  'receipt',
  'sale',
  'sale-return',
  'order',
  'cancellation',
  'shipment',
  'return',
  'goods-issue',
  'adjustment',
  'move',
  'count',
  'snapshot',
  'transfer',
  'reservation',
  'reallocation',
  'policy',
  'catalog',
] as const;

export type ExceptionKind = (typeof EXCEPTION_KINDS)[number];
export const EXCEPTION_KINDS = [
  'oversell',
  'negative-on-hand',
  'late',
  'over-return',
  'over-refund',
  'over-shipment',
  'over-receipt',
  'unlinked-return',
  'inactive-location',
  'out-of-range',
] as const;

/** Order of facts: negative if `a` comes before `b`. */
export function compareFacts(a: FactKey, b: FactKey): number {
  return a.at - b.at || compare(a.source, b.source) || compare(a.id, b.id) || compare(a.document, b.document);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

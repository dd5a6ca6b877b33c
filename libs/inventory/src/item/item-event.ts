import type { Instant, Quantity } from '#kernel';
import type { Account, Cause, ExceptionKind, FactKey } from '../entry.ts';
import type { Disposition } from '../message.ts';

/**
 * What can happen to one item, over all its locations: the ledger, stored in `item-{sku}`.
 * Names are past tense and never reused; quantities are positive unless said otherwise.
 * Stored for ever: add a new event rather than change the meaning of an old one.
 */
export type ItemEvent =
  | Happened<'MovementPosted', MovementPosted>
  | Happened<'CountPosted', CountPosted>
  | Happened<'SweepPosted', SweepPosted>
  | Happened<'StockCommitted', Commitment & Posted>
  | Happened<'CommitmentReleased', CommitmentReleased>
  | Happened<'CommitmentMoved', CommitmentMoved>
  | Happened<'SupplyExpected', SupplyExpected>
  | Happened<'StockReserved', StockReserved>
  | Happened<'ReservationExtended', { reservationId: string; expiresAt: Instant } & Posted>
  | Happened<'ReservationEnded', ReservationEnded>
  | Happened<'OnHandAdjusted', OnHandAdjusted>
  | Happened<'ExceptionOpened', ExceptionOpened>
  | Happened<'ExceptionClosed', ExceptionClosed>;

interface Happened<Type extends string, Data> {
  readonly type: Type;
  readonly data: Readonly<Data>;
}

export type ItemEventType = ItemEvent['type'];

/** Of events that carry a journal event into the ledger: which one. */
export interface Posted {
  /** Position of the journal event; absent where a request decided on the item itself. */
  readonly journal?: number;
}

/** Goods left one account and entered another. */
export interface MovementPosted extends Posted {
  readonly key: FactKey;
  readonly from: Account;
  readonly to: Account;
  readonly quantity: Quantity;
  readonly cause: Cause;
  readonly channel?: string;
  readonly orderId?: string;
  readonly expectation?: string;
  readonly sequence?: number;
  /**
   * On-hand accounts of this movement whose last count is later: the goods were already missing or there
   * when it was counted, so today's on-hand stays and shrinkage takes the difference.
   */
  readonly countedSince?: readonly Account[];
}

/** A count became known. */
export interface CountPosted extends Posted {
  readonly key: FactKey;
  readonly location: string;
  readonly disposition: Disposition;
  readonly quantity: Quantity;
  readonly watermark?: number;
  readonly cause: 'count' | 'snapshot';
  /** What today's on-hand changed by (signed; 0 where a later count stands): shrinkage takes the opposite. */
  readonly variance: Quantity;
  /** True where a later count already stands: it changes history, not today's numbers. */
  readonly superseded?: true;
}

/** A complete snapshot did not list this item: it is 0 there in each disposition it ever had a movement in. */
export interface SweepPosted extends Posted {
  readonly key: FactKey;
  readonly location: string;
  readonly watermark?: number;
  /** Signed change of today's on-hand, by disposition. */
  readonly variances: readonly { readonly disposition: Disposition; readonly variance: Quantity }[];
}

/** So much of an order's line is promised from this location. */
export interface Commitment {
  readonly channel: string;
  readonly orderId: string;
  /** Absent while a confirmed reservation waits for its order to name the lines. */
  readonly line?: string;
  readonly location: string;
  readonly quantity: Quantity;
  readonly occurredAt: Instant;
}

export interface CommitmentReleased extends Posted {
  readonly channel: string;
  readonly orderId: string;
  readonly line?: string;
  readonly location: string;
  readonly quantity: Quantity;
  readonly cause: Cause;
  /** Of the fact that ended the promise, for what was committed as of a moment. */
  readonly occurredAt: Instant;
}

/** DESIGN's StockReallocated: a commitment changed its location, by request. */
export interface CommitmentMoved {
  readonly reallocationId: string;
  readonly channel: string;
  readonly orderId: string;
  readonly line: string;
  readonly from: string;
  readonly to: string;
  readonly quantity: Quantity;
  readonly occurredAt: Instant;
}

/** Absolute: replaces what the document said before, if it is the later word. 0 cancels it. */
export interface SupplyExpected extends Posted {
  readonly key: FactKey;
  readonly documentId: string;
  readonly location: string;
  readonly quantity: Quantity;
  readonly expectedAt: Instant;
  /** What had already been received under this name when it became known. */
  readonly received: Quantity;
}

/** A hold with a deadline; its lines are one per location. */
export interface StockReserved {
  readonly reservationId: string;
  readonly channel: string;
  readonly parts: readonly { readonly location: string; readonly quantity: Quantity }[];
  readonly expiresAt: Instant;
}

export interface ReservationEnded extends Posted {
  readonly reservationId: string;
  readonly end: 'confirmed' | 'released' | 'expired';
}

/** A request corrected on-hand by compare-and-set: a difference, not an anchor. */
export interface OnHandAdjusted {
  readonly adjustmentId: string;
  readonly location: string;
  readonly disposition: Disposition;
  /** Signed, not 0. */
  readonly change: Quantity;
  /** After it. */
  readonly onHand: Quantity;
  readonly setTo?: Quantity;
  readonly expectedOnHand?: Quantity;
  readonly reason: string;
  readonly actor: string;
  /**
   * When it was decided; at least a millisecond after the place's last count, whose clock may run ahead, so
   * that no count swallows what was set after seeing it.
   */
  readonly occurredAt: Instant;
}

/** Something that cannot be right was told, or cannot be fulfilled: shown until cured or resolved by hand. */
export interface ExceptionOpened extends Posted {
  /** Of the exception; unique in the item. */
  readonly id: string;
  readonly kind: ExceptionKind;
  readonly location?: string;
  readonly channel?: string;
  readonly orderId?: string;
  readonly quantity: Quantity;
  /** Who competes for the missing units. */
  readonly claims: readonly Claim[];
}

export interface Claim {
  readonly channel?: string;
  readonly orderId?: string;
  readonly quantity: Quantity;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
}

export interface ExceptionClosed extends Posted {
  readonly id: string;
  readonly state: 'cleared' | 'resolved';
  readonly reason?: string;
  readonly actor?: string;
}

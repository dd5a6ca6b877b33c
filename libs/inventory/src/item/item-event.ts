import type { Instant, Quantity } from '#kernel';
import type { Account, Cause, ExceptionKind, FactKey, OpenPastChange } from '../entry.ts';
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
  | Happened<'SweepLifted', SweepLifted>
  | Happened<'StockCommitted', StockCommitted>
  | Happened<'CommitmentReleased', CommitmentReleased>
  | Happened<'CommitmentMoved', CommitmentMoved>
  | Happened<'PastCommitmentCorrected', PastCommitmentCorrected>
  | Happened<'SupplyExpected', SupplyExpected>
  | Happened<'StockReserved', StockReserved>
  | Happened<'ReservationExtended', ReservationExtended>
  | Happened<'ReservationEnded', ReservationEnded>
  | Happened<'OnHandAdjusted', OnHandAdjusted>
  | Happened<'ExceptionOpened', ExceptionOpened>
  | Happened<'ExceptionClosed', ExceptionClosed>;

interface Happened<Type extends string, Data> {
  readonly type: Type;
  readonly data: Readonly<Data>;
}

export type ItemEventType = ItemEvent['type'];

/** An event of an item's stream, with where and when it was stored. */
export type RecordedItemEvent = ItemEvent & { readonly position: number; readonly recordedAt: Instant };

/** What events that carry a journal event into the ledger say about it. */
export interface Posted {
  /** Position of the journal event; absent if a request to the item itself caused this. */
  readonly journal?: number;
  /**
   * True if the next event of the stream belongs to the same fact. Channels are told only after the last one, so that
   * goods and the promise that ends with them never look sold twice in between. All of a fact is stored together,
   * unless it is too much for one append.
   */
  readonly more?: true;
  /**
   * How many entries of the fact are posted with this event and those before it. A fact that is too much for one append
   * is cut after such an event, and is continued with the entries after these.
   */
  readonly entriesPosted?: number;
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
   * On-hand accounts of this movement that were counted after it: the count already includes what the movement did,
   * so today's on-hand stays and shrinkage takes the difference.
   */
  readonly countedSince?: readonly Account[];
}

/** A count became known. */
export interface CountPosted extends Posted {
  readonly key: FactKey;
  readonly location: string;
  readonly disposition: Disposition;
  /** Several counts of one message (with one key) add up. */
  readonly quantity: Quantity;
  readonly watermark?: number;
  readonly cause: 'count' | 'snapshot';
  /** By how much today's on-hand changed (signed; 0 if a later count stands): shrinkage takes the opposite. */
  readonly variance: Quantity;
  /** True if a later count already stands: this one changes history, not today's numbers. */
  readonly superseded?: true;
}

/** A complete snapshot did not list this item: it is 0 there in each disposition it ever had a movement in. */
export interface SweepPosted extends Posted {
  readonly key: FactKey;
  readonly location: string;
  readonly watermark?: number;
  /** Signed change of today's on-hand, of each disposition that is now anchored at 0. */
  readonly variances: readonly { readonly disposition: Disposition; readonly variance: Quantity }[];
}

/**
 * The document of a sweep lists this item after all (in a later message of it, or a line that was parked): for this
 * item there was no sweep. `stocks` are the dispositions that stood on it, with what they stand on instead.
 */
export interface SweepLifted extends Posted {
  /** Of the count that says so; its `at`, `source` and `document` are those of the sweep. */
  readonly key: FactKey;
  readonly location: string;
  /** The newest sweep that remains. */
  readonly swept?: Anchor;
  readonly stocks: readonly {
    readonly disposition: Disposition;
    /** Signed change of today's on-hand. */
    readonly variance: Quantity;
    readonly anchor?: Anchor;
  }[];
}

/** The count or sweep that an on-hand is computed from, with the movements after it. */
export interface Anchor {
  readonly key: FactKey;
  /** How much was there. */
  readonly quantity: Quantity;
  readonly watermark?: number;
}

/** A quantity of an order's line that is promised from this location. */
export interface Commitment {
  readonly channel: string;
  readonly orderId: string;
  /** Absent while a confirmed reservation waits for its order to name the lines. */
  readonly line?: string;
  readonly location: string;
  readonly quantity: Quantity;
  readonly occurredAt: Instant;
  /** When we were told of the fact, not when it was posted. */
  readonly recordedAt: Instant;
}

export type StockCommitted = Commitment & Posted;

export interface CommitmentReleased extends Posted {
  readonly channel: string;
  readonly orderId: string;
  readonly line?: string;
  readonly location: string;
  readonly quantity: Quantity;
  readonly cause: Cause;
  /** When the fact that ended the promise happened: needed for what was committed as of a moment. */
  readonly occurredAt: Instant;
}

/** A reallocation: a commitment changed its location, by request. */
export interface CommitmentMoved extends Posted {
  readonly reallocationId: string;
  readonly channel: string;
  readonly orderId: string;
  readonly line: string;
  readonly from: string;
  readonly to: string;
  readonly quantity: Quantity;
  readonly occurredAt: Instant;
}

/**
 * A fact told late: between moments in the past more or less was promised than was known. The present stays as it is.
 */
export interface PastCommitmentCorrected extends Posted {
  readonly channel: string;
  readonly orderId: string;
  readonly line: string;
  /** The location whose history is corrected. */
  readonly location: string;
  readonly changes: readonly OpenPastChange[];
}

/**
 * Absolute: replaces what the document said before, if it is the later statement. Several of one message (with one
 * key) add up. 0 cancels it.
 */
export interface SupplyExpected extends Posted {
  readonly key: FactKey;
  readonly documentId: string;
  readonly location: string;
  readonly quantity: Quantity;
  readonly expectedAt: Instant;
  /** What had already been received under this name when the expectation became known. */
  readonly received: Quantity;
  /** True if a later expectation of this name was already known: nothing changes. */
  readonly superseded?: true;
}

/** A hold with a deadline, with one part per location. A further event with the same id replaces what was held. */
export interface StockReserved extends Posted {
  readonly reservationId: string;
  /**
   * Revision of its request in the reservation's stream: requested again after an interruption, it is a different hold.
   * Absent in the oldest logs; always written now.
   */
  readonly request?: number;
  readonly channel: string;
  readonly parts: readonly HoldPart[];
  readonly expiresAt: Instant;
  /** When it was decided. */
  readonly recordedAt: Instant;
}

export interface HoldPart {
  readonly location: string;
  readonly quantity: Quantity;
}

export interface ReservationExtended extends Posted {
  readonly reservationId: string;
  readonly expiresAt: Instant;
}

export interface ReservationEnded extends Posted {
  readonly reservationId: string;
  readonly end: 'confirmed' | 'released' | 'expired';
}

/** A request corrected on-hand by compare-and-set: a difference, not an anchor. */
export interface OnHandAdjusted extends Posted {
  readonly adjustmentId: string;
  readonly location: string;
  readonly disposition: Disposition;
  /** Signed, not 0. */
  readonly change: Quantity;
  /** On-hand after the change. */
  readonly onHand: Quantity;
  readonly setTo?: Quantity;
  readonly expectedOnHand?: Quantity;
  readonly reason: string;
  readonly actor: string;
  /**
   * When it was decided, but at least a millisecond after the place's last count: the clock of a count may run ahead,
   * and the count must not swallow what was set by somebody who had seen it.
   */
  readonly occurredAt: Instant;
}

/**
 * Something was told that cannot be right, or cannot be fulfilled. It is shown until it is cured or resolved by hand.
 * At most one is open per (kind, location, channel, orderId); a further event while it is open changes its size.
 */
export interface ExceptionOpened extends Posted, ExceptionName {
  /** Its whole size now. */
  readonly quantity: Quantity;
  /** Who competes for the missing units, the fact itself first; at most EXCEPTION_CLAIMS_MAX. If absent, as before. */
  readonly claims?: readonly Claim[];
}

/** What distinguishes the open exceptions of one item. */
export interface ExceptionName {
  readonly kind: ExceptionKind;
  readonly location?: string;
  readonly channel?: string;
  /** The order, the sale's document, the transfer or the expected document. */
  readonly orderId?: string;
}

export const EXCEPTION_CLAIMS_MAX = 20;

export interface Claim {
  readonly channel?: string;
  readonly orderId?: string;
  /** If the claim is a hold. */
  readonly reservationId?: string;
  readonly quantity: Quantity;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
}

export interface ExceptionClosed extends Posted, ExceptionName {
  readonly state: 'cleared' | 'resolved';
  readonly reason?: string;
  readonly actor?: string;
}

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

/** Of events that carry a journal event into the ledger: which one. */
export interface Posted {
  /** Position of the journal event; absent where a request decided on the item itself. */
  readonly journal?: number;
  /**
   * True where the next event of the stream belongs to the same fact: what is told outside waits for the last
   * one, so that goods that leave with their promise never look sold twice. All of a fact is stored together.
   */
  readonly more?: true;
  /**
   * So many entries of the fact are in with this event. A fact that is too much for one append is cut behind such
   * events; what is not stored of it yet begins behind these entries.
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
  /** Several counts of one message (of one key) add up. */
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
  /** Signed change of today's on-hand, of each disposition that is now anchored at 0. */
  readonly variances: readonly { readonly disposition: Disposition; readonly variance: Quantity }[];
}

/**
 * The document of a sweep does list this item after all (a later message of it, a line that was parked): the
 * sweep never was. `stocks` are the dispositions that stood on it, with what holds there instead.
 */
export interface SweepLifted extends Posted {
  /** Of the count that says so: its `at`, `source` and `document` name the sweep. */
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

/** The count or sweep on which an on-hand stands. */
export interface Anchor {
  readonly key: FactKey;
  /** What it said. */
  readonly quantity: Quantity;
  readonly watermark?: number;
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
  /** When we were told: of the fact, not of its posting. */
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
  /** Of the fact that ended the promise, for what was committed as of a moment. */
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

/** A fact told late: so much more or less was promised between moments in the past. Now nothing changes. */
export interface PastCommitmentCorrected extends Posted {
  readonly channel: string;
  readonly orderId: string;
  readonly line: string;
  /** Where it is shown that more was promised. */
  readonly location: string;
  readonly changes: readonly OpenPastChange[];
}

/**
 * Absolute: replaces what the document said before, if it is the later word; several of one message (of one
 * key) add up. 0 cancels it.
 */
export interface SupplyExpected extends Posted {
  readonly key: FactKey;
  readonly documentId: string;
  readonly location: string;
  readonly quantity: Quantity;
  readonly expectedAt: Instant;
  /** What had already been received under this name when it became known. */
  readonly received: Quantity;
  /** True where a later word of this name was known: nothing changes. */
  readonly superseded?: true;
}

/** A hold with a deadline, one part a location. Said again under the same id, it replaces what was held. */
export interface StockReserved extends Posted {
  readonly reservationId: string;
  /** Revision of its request in the reservation's stream: made again after an interruption, it is another hold. */
  readonly request: number;
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

/**
 * Something that cannot be right was told, or cannot be fulfilled: shown until cured or resolved by hand.
 * One is open per (kind, location, channel, orderId); said again while it is, it has another size.
 */
export interface ExceptionOpened extends Posted, ExceptionName {
  /** All of it as it is now. */
  readonly quantity: Quantity;
  /** Who competes for the missing units: the fact itself first; at most EXCEPTION_CLAIMS_MAX. Absent: as before. */
  readonly claims?: readonly Claim[];
}

/** What tells the open exceptions of one item apart. */
export interface ExceptionName {
  readonly kind: ExceptionKind;
  readonly location?: string;
  readonly channel?: string;
  /** The order, the sale's document, the transfer, the expected document. */
  readonly orderId?: string;
}

export const EXCEPTION_CLAIMS_MAX = 20;

export interface Claim {
  readonly channel?: string;
  readonly orderId?: string;
  /** Of a hold. */
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

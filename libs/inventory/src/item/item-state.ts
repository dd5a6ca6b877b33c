import type { Instant, Quantity } from '#kernel';
import type { FactKey } from '../entry.ts';
import type { Disposition } from '../message.ts';
import type { Commitment, ExceptionOpened, StockReserved } from './item-event.ts';

/**
 * What is known of one item after its events so far: plain JSON data, so that it can be kept as it is.
 * The fold changes it in place; whoever wants to keep an old one copies it first.
 */
export interface ItemState {
  /** Revision of the newest event in it; -1 before the first. */
  revision: number;
  /** Log position of the newest event in it; 0 before the first. */
  position: number;
  /** Journal position last posted to it: what is at or below it has been posted. */
  postedThrough: number;
  /** In the order in which the locations were first named. */
  places: Place[];
  /** Balances of the accounts outside: with all places they sum to 0. */
  outside: { supplier: Quantity; customer: Quantity; adjustment: Quantity; shrinkage: Quantity };
  /** Open promises, by `{channel}/{orderId}`. */
  commitments: Record<string, HeldCommitment[]>;
  /** Open holds, by reservation id. */
  holds: Record<string, StockReserved & { recordedAt: Instant }>;
  /** By document id. */
  expectations: Record<string, Expectation>;
  /** Open exceptions, by id. */
  exceptions: Record<string, ExceptionOpened & { openedAt: Instant }>;
  /** Latest `occurredAt` of any movement or count in it: a later fact needs no look into the past. */
  latestAt: Instant;
}

export type HeldCommitment = Commitment & { readonly recordedAt: Instant };

export interface Place {
  readonly location: string;
  stock: DispositionStock[];
  committed: Quantity;
  reserved: Quantity;
  /** Balance of the in-transit account: below 0 while a transfer was received before it was shipped. */
  inTransit: Quantity;
}

export interface DispositionStock {
  readonly disposition: Disposition;
  onHand: Quantity;
  /** The last count by time. */
  anchor?: Anchor;
}

export interface Anchor {
  readonly key: FactKey;
  readonly watermark?: number;
}

export interface Expectation {
  readonly key: FactKey;
  readonly location: string;
  readonly expected: Quantity;
  received: Quantity;
  readonly expectedAt: Instant;
}

import type { Instant, Quantity } from '#kernel';
import type { FactKey } from '../entry.ts';
import type { Component } from '../journal-event.ts';
import type { Disposition } from '../message.ts';
import type { OrderMessage } from '../document/told-message.ts';

/** An order as all its facts together make it. It is a value: never changed once derived. */
export interface OrderState {
  /** An `order.placed` is known. */
  readonly isPlaced: boolean;
  /** Placed or shipped: only then can something be too much of a return or a refund. */
  readonly isKnown: boolean;
  readonly placedAt?: Instant;
  /** In the sequence in which the facts, by time, first name them. */
  readonly rows: readonly OrderRow[];
  /** While it is not placed, the items of the reservations that were confirmed for it. */
  readonly announced: readonly string[];
}

/**
 * One line of an order. The same line id with another item is a row of its own. A row has its numbers twice:
 * as told, for people; and as posted, without the lines that are parked, for the ledger.
 */
export interface OrderRow {
  readonly line: string;
  /** What its lines have in common: the SKU, or the unresolved name that was told. */
  readonly item: string;
  /** Undefined as long as it is not known which item is meant. */
  readonly sku?: string;
  /** The listing or identifier told, if `sku` is not known. */
  readonly name?: string;
  /** If it is a kit: its components when the row's first line was resolved. */
  readonly components?: readonly Component[];
  /** So far only a confirmed reservation told of it: we made its name up, and nothing is posted under that. */
  readonly isUnnamed?: true;
  /** Some line of it is parked. */
  readonly isParked: boolean;
  /** Where the channel wants it committed, as last told. */
  readonly location?: string;
  readonly told: LineNumbers;
  readonly posted: LineNumbers;
  readonly shipments: readonly OrderPart[];
  readonly returns: readonly OrderPart[];
}

/** Quantities of one order line, in units of its item. */
export interface LineNumbers {
  /** As last told by time; `open + shipped + cancelled` while `shipped ≤ ordered`. */
  readonly ordered: Quantity;
  readonly open: Quantity;
  readonly cancelled: Quantity;
  readonly shipped: Quantity;
  /** What came back, at most what was shipped; all of it if the order was neither placed nor shipped. */
  readonly returned: Quantity;
  readonly refunded: Quantity;
}

/** What one line of a fact shipped or brought back. */
export interface OrderPart {
  readonly key: FactKey;
  /** Index of the line in its message. */
  readonly index: number;
  readonly sequence?: number;
  readonly location: string;
  readonly disposition: Disposition;
  readonly quantity: Quantity;
  readonly isParked: boolean;
  /** How much of it is more than was ordered or shipped; 0 for a parked part. */
  readonly excess: Quantity;
}

/** One message of an order with what its lines mean: what an order is derived from. */
export interface OrderFact {
  readonly message: OrderMessage;
  readonly key: FactKey;
  readonly lines: readonly OrderFactLine[];
}

export interface OrderFactLine {
  readonly index: number;
  /** As told; without it the line is matched by item. */
  readonly line?: string;
  readonly item: string;
  readonly sku?: string;
  readonly name?: string;
  readonly components?: readonly Component[];
  readonly quantity: Quantity;
  readonly location?: string;
  readonly disposition: Disposition;
  readonly isParked: boolean;
  /** Revision of the event that gave it its meaning: the row keeps the earliest. */
  readonly since: number;
}

import type { Instant, Quantity } from '#kernel';
import type { FactKey } from '../entry.ts';
import type { Component } from '../journal-event.ts';
import type { Disposition } from '../message.ts';
import type { OrderMessage } from '../document/told-message.ts';

/** What an order's facts, all together, make of it. A value: never changed once derived. */
export interface OrderState {
  /** An `order.placed` is known. */
  readonly isPlaced: boolean;
  /** Placed or shipped: only then can something be too much of a return or a refund. */
  readonly isKnown: boolean;
  readonly placedAt?: Instant;
  /** In the order in which the facts, by time, first name them. */
  readonly rows: readonly OrderRow[];
  /** Items of which reservations were confirmed for it, while it is not placed. */
  readonly announced: readonly string[];
}

/**
 * One line of an order. The same line id with another item is a row of its own. A row has its numbers twice:
 * as told, for people; and as posted, without the lines that are parked, for the ledger.
 */
export interface OrderRow {
  readonly line: string;
  /** What its lines have in common: the SKU, or the unresolved name it was told by. */
  readonly item: string;
  /** Undefined as long as nobody knows which item is meant. */
  readonly sku?: string;
  /** The listing or identifier told, where `sku` is not known. */
  readonly name?: string;
  /** Of a kit, as it was when the row's first line was resolved. */
  readonly components?: readonly Component[];
  /** Only a confirmed reservation told of it yet: its name is ours, and nothing of it is posted under it. */
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
  /** What came back, at most what was shipped; all of it where nothing of the order is known. */
  readonly returned: Quantity;
  readonly refunded: Quantity;
}

/** What one line of a fact shipped or brought back. */
export interface OrderPart {
  readonly key: FactKey;
  /** Of the line in its message. */
  readonly index: number;
  readonly sequence?: number;
  readonly location: string;
  readonly disposition: Disposition;
  readonly quantity: Quantity;
  readonly isParked: boolean;
  /** How much of it is more than was ordered or shipped; of a parked part 0. */
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

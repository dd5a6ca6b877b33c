import type { Instant, Quantity } from '#kernel';
import type { Rejection } from './rejection.ts';

/**
 * What a channel or a warehouse tells us, in our words. One message is one fact.
 * Intake makes these from whatever arrived; from here on nothing is text that could still be malformed.
 * A field that was not given is absent, never null, and defaults are filled in.
 */
export type Message = { [Type in MessageType]: MessageOf<Type> }[MessageType];

export interface MessageOf<Type extends MessageType> {
  /** (`source`, `id`) names the message, for ever. */
  readonly source: string;
  readonly id: string;
  readonly type: Type;
  /** When it happened, as told: CloudEvents' `time`. */
  readonly occurredAt: Instant;
  /** The source's own running number. */
  readonly sequence?: number;
  /** CloudEvents extension attributes, kept as they came. */
  readonly extensions?: Readonly<Record<string, string | number | boolean>>;
  readonly data: DataOf[Type];
}

export type MessageType = keyof DataOf;

/** `data` by message type. */
export interface DataOf {
  readonly 'order.placed': OrderPlacedData;
  readonly 'order.changed': OrderData & { readonly lines: readonly OrderLine[] };
  readonly 'order.cancelled': OrderData & { readonly lines?: readonly OrderLine[] };
  readonly 'order.shipped': OrderShippedData;
  readonly 'order.returned': OrderReturnedData;
  readonly 'order.refunded': OrderRefundedData;
  readonly 'sale.completed': Noted & { saleId: string; location: string; lines: readonly MessageLine[] };
  readonly 'sale.returned': SaleReturnedData;
  readonly 'stock.received': StockReceivedData;
  readonly 'stock.expected': DocumentData & { readonly expectedAt: Instant };
  readonly 'stock.shipped': DocumentData;
  readonly 'stock.adjusted': DocumentData & { readonly reason: string };
  readonly 'stock.moved': StockMovedData;
  readonly 'stock.counted': DocumentData;
  readonly 'stock.snapshot': StockSnapshotData;
  readonly 'transfer.shipped': TransferData;
  readonly 'transfer.received': TransferData;
}

/**
 * What came in by any door (HTTP, a file, a topic), in the order it came: a message, or the reason why it is not
 * one. `raw` are its own bytes, which are kept if it is parked or rejected.
 */
export type Arrival =
  | { readonly message: Message; readonly raw: Uint8Array }
  | {
      readonly rejection: Rejection;
      readonly raw: Uint8Array;
      /** As far as they could be read. */
      readonly source?: string;
      readonly id?: string;
      readonly sequence?: number;
    };

/** The name of what came in, as far as it could be read. */
export function arrivalName(arrival: Arrival): { readonly source?: string; readonly id?: string } {
  const { source, id } = 'message' in arrival ? arrival.message : arrival;
  return { ...(source !== undefined && { source }), ...(id !== undefined && { id }) };
}

/** What any message may carry besides its own fields: free text that is kept and never read. */
export interface Noted {
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * One line. It names its item by exactly one of `sku`, `listing` (the channel's own name) and `identifier`;
 * the journal resolves it. `line` is given, or is the index from "1" where the contract says so; it is absent only in
 * `order.*` after `order.placed`, where the line is matched by item.
 */
export interface MessageLine {
  readonly line?: string;
  readonly sku?: string;
  readonly listing?: string;
  readonly identifier?: Identifier;
  /** Positive, except as the contract says for adjustments, counts, snapshots, expectations and changes. */
  readonly quantity: Quantity;
  /** For returns, receipts, adjustments, counts and snapshots; default `sellable`. */
  readonly disposition?: Disposition;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface OrderLine extends MessageLine {
  /** Pins the commitment to this location. */
  readonly location?: string;
  readonly price?: number;
}

export interface Identifier {
  readonly scheme: string;
  readonly value: string;
}

/** The order's channel is `channel` if a warehouse or 3PL tells the message, else the message's source. */
export interface OrderData extends Noted {
  readonly orderId: string;
  readonly channel?: string;
}

export interface OrderPlacedData extends OrderData {
  readonly reservationId?: string;
  readonly customerRef?: string;
  readonly currency?: string;
  readonly lines: readonly OrderLine[];
}

export interface OrderShippedData extends OrderData {
  readonly shipmentId: string;
  readonly location: string;
  readonly tracking?: Tracking;
  readonly lines: readonly MessageLine[];
}

export interface Tracking {
  readonly carrier?: string;
  readonly number?: string;
  readonly url?: string;
}

export interface OrderReturnedData extends OrderData {
  readonly returnId: string;
  readonly location: string;
  readonly lines: readonly MessageLine[];
}

export interface OrderRefundedData extends OrderData {
  readonly refundId: string;
  readonly amount?: number;
  readonly currency?: string;
  readonly lines?: readonly MessageLine[];
}

export interface SaleReturnedData extends Noted {
  readonly returnId: string;
  readonly location: string;
  readonly saleId?: string;
  readonly lines: readonly MessageLine[];
}

export interface DocumentData extends Noted {
  readonly documentId: string;
  readonly location: string;
  readonly lines: readonly MessageLine[];
}

export interface StockReceivedData extends DocumentData {
  readonly purchaseOrderId?: string;
}

export interface StockMovedData extends Noted {
  readonly documentId: string;
  readonly location: string;
  readonly lines: readonly (MessageLine & { readonly from: Disposition; readonly to: Disposition })[];
}

export interface StockSnapshotData extends DocumentData {
  /** The moment the numbers are of; the message's own time is when it was told. */
  readonly asOf: Instant;
  /** Movements of this source with a greater `sequence` are not in the snapshot. */
  readonly watermark?: number;
  /** Every item not listed is 0 here at `asOf`. */
  readonly complete?: boolean;
}

export interface TransferData extends Noted {
  readonly transferId: string;
  readonly from: string;
  readonly to: string;
  readonly lines: readonly MessageLine[];
}

/** The business condition of goods on hand. Only `sellable` counts as sellable. */
export type Disposition = (typeof DISPOSITIONS)[number];
export const DISPOSITIONS = ['sellable', 'damaged', 'inspection', 'held', 'recalled', 'expired'] as const;

export const MESSAGE_TYPES = [
  'order.placed',
  'order.changed',
  'order.cancelled',
  'order.shipped',
  'order.returned',
  'order.refunded',
  'sale.completed',
  'sale.returned',
  'stock.received',
  'stock.expected',
  'stock.shipped',
  'stock.adjusted',
  'stock.moved',
  'stock.counted',
  'stock.snapshot',
  'transfer.shipped',
  'transfer.received',
] as const satisfies readonly MessageType[];

/** The most lines a message may have. */
export const MESSAGE_LINES_MAX = 1_000;

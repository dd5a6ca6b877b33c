import type { Instant, Quantity } from '#kernel';
import type { Entry, ExceptionKind } from './entry.ts';
import type { Message, MessageType } from './message.ts';

/**
 * The book of original entry: what is stored in `order-{channel}:{orderId}`, `document-{source}:{documentId}`
 * and `transfer-{transferId}`. One event a message, under the message's own name in past tense, and one for
 * each later decision about its parked lines.
 * Stored for ever: add a new event rather than change the meaning of an old one.
 */
export type JournalEvent =
  | { readonly type: FactEventType; readonly data: FactRecorded }
  | { readonly type: 'OrderAnnounced'; readonly data: OrderAnnounced }
  | { readonly type: 'ParkedLinesReleased'; readonly data: ParkedLinesReleased }
  | { readonly type: 'ParkedLineDismissed'; readonly data: ParkedLineDismissed };

/** A message, accepted or parked, with what it means and does. */
export interface FactRecorded {
  readonly message: Message;
  /** Lines that the catalog could resolve, with the meaning they keep. */
  readonly lines: readonly ResolvedLine[];
  /** Lines that wait for the catalog. The message is `parked` if there is one. */
  readonly parked: readonly ParkedLine[];
  /** The message as it arrived, if a line is parked; base64 if it is not UTF-8. */
  readonly raw?: { readonly text: string; readonly encoding: 'utf8' | 'base64' };
  readonly entries: readonly Entry[];
  /** Flags of this order or document as they were when the message was accepted, for the answer. */
  readonly flags: readonly ExceptionKind[];
}

/** Which item a line means. That never changes. */
export interface ResolvedLine {
  /** Index in the message's `data.lines`. */
  readonly index: number;
  readonly sku: string;
  /** In units of the item, if a unit of the listing is not one of the item; absent: as the line says. */
  readonly quantity?: Quantity;
  /** For a kit, what one of it holds. Entries are about these. */
  readonly components?: readonly Component[];
}

export interface Component {
  readonly sku: string;
  /** How much of it one kit holds. */
  readonly quantity: Quantity;
}

export interface ParkedLine {
  readonly index: number;
  readonly code: ParkedCode;
  readonly detail: string;
  /**
   * The set-up whose definition may release it: `item:…`, `listing:{channel}:…`, `location:…`, `identifier:{scheme}:…`.
   */
  readonly waitsFor: readonly string[];
  /** What it means as far as the catalog knew it, for the order's view. It is resolved anew when released. */
  readonly sku?: string;
  readonly quantity?: Quantity;
}

export type ParkedCode = 'ITEM_UNKNOWN' | 'LISTING_UNKNOWN' | 'LOCATION_UNKNOWN' | 'IDENTIFIER_AMBIGUOUS';

/**
 * A reservation was confirmed for an order that we have not been told of as placed: until we are, what was confirmed
 * stands as lines of the order that have no names.
 */
export interface OrderAnnounced {
  readonly reservationId: string;
  readonly confirmedAt: Instant;
  readonly lines: readonly AnnouncedLine[];
  readonly entries: readonly Entry[];
}

/** A kit is one line, with what it held when it was reserved. */
export interface AnnouncedLine {
  readonly sku: string;
  readonly quantity: Quantity;
  readonly components?: readonly Component[];
}

/** Parked lines that now resolve, or break a rule now that they do. They keep their message's time. */
export interface ParkedLinesReleased {
  readonly source: string;
  readonly id: string;
  readonly lines: readonly ResolvedLine[];
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly detail: string }[];
  readonly entries: readonly Entry[];
  readonly flags: readonly ExceptionKind[];
}

export interface ParkedLineDismissed {
  readonly source: string;
  readonly id: string;
  readonly index: number;
  readonly reason: string;
  readonly actor: string;
}

/**
 * What is stored in `intake-{source}:{writer}`: the messages that had no effect. Together with the facts
 * they make every message end as exactly one of accepted, duplicate, parked, rejected.
 */
export type IntakeEvent =
  | { readonly type: 'MessagesRepeated'; readonly data: MessagesRepeated }
  | { readonly type: 'MessageRejected'; readonly data: MessageRejected };

export interface MessagesRepeated {
  readonly source: string;
  /** Ids of the messages told again, in order; one that was repeated twice is here twice. */
  readonly ids: readonly string[];
  /** The sequence numbers told with them, if there were any. */
  readonly sequences: readonly number[];
}

export interface MessageRejected {
  /** The source it is counted under: the key's own, the registered source, or `(unknown)`. */
  readonly source: string;
  readonly messageId?: string;
  readonly sequence?: number;
  readonly code: string;
  readonly detail: string;
  readonly pointer?: string;
  readonly hint?: string;
  /** Its own bytes, as text where it is UTF-8, else base64. */
  readonly raw: string;
  readonly rawEncoding: 'utf8' | 'base64';
  /** Full length in bytes, if `raw` was cut. */
  readonly cutFromBytes?: number;
  /** Where it came from: `http`, `kafka:…`, `file:…`. */
  readonly door: string;
}

/** `order.placed` is stored as `OrderPlaced`. */
export type FactEventType = (typeof FACT_EVENT_TYPES)[MessageType];
export const FACT_EVENT_TYPES = {
  'order.placed': 'OrderPlaced',
  'order.changed': 'OrderChanged',
  'order.cancelled': 'OrderCancelled',
  'order.shipped': 'OrderShipped',
  'order.returned': 'OrderReturned',
  'order.refunded': 'OrderRefunded',
  'sale.completed': 'SaleCompleted',
  'sale.returned': 'SaleReturned',
  'stock.received': 'StockReceived',
  'stock.expected': 'StockExpected',
  'stock.shipped': 'StockShipped',
  'stock.adjusted': 'StockAdjusted',
  'stock.moved': 'StockMoved',
  'stock.counted': 'StockCounted',
  'stock.snapshot': 'StockSnapshotTaken',
  'transfer.shipped': 'TransferShipped',
  'transfer.received': 'TransferReceived',
} as const satisfies Record<MessageType, string>;

const FACT_TYPES: ReadonlySet<string> = new Set(Object.values(FACT_EVENT_TYPES));

/** True for the type of event that a message is stored as, accepted or parked. */
export const isFactType = (type: string): type is FactEventType => FACT_TYPES.has(type);

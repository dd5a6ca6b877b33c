/**
 * Names of the streams. A channel, source or location id has no `:`, so that all that follows the first `:` is
 * the order's or document's own id: `order-a:b-c` and `order-a-b:c` are two orders.
 */
export const orderStream = (channel: string, orderId: string): string => `order-${channel}:${orderId}`;
/** `{channel}:{orderId}`, of an order's stream. */
export const orderNameOf = (stream: string): string => stream.slice('order-'.length);
export const documentStream = (source: string, documentId: string): string =>
  `document-${source}:${documentId}`;
/** One stream for all sources: one side ships, another receives. */
export const transferStream = (transferId: string): string => `transfer-${transferId}`;
export const itemStream = (sku: string): string => `item-${sku}`;
export const reservationStream = (reservationId: string): string => `reservation-${reservationId}`;
/** One per source and writing process: no two processes ever append to the same one. */
export const intakeStream = (source: string, writer: string): string => `intake-${source}:${writer}`;

/** The folds of a picture ask for the same stream one after the other: it is cut once for all of them. */
let lastStream = '';
let lastSku = '';

export function skuOfStream(stream: string): string {
  if (stream === lastStream) return lastSku;
  lastStream = stream;
  return (lastSku = stream.slice('item-'.length));
}

/** What posting follows, in its one order. */
export const JOURNAL_CATEGORIES = ['order', 'document', 'transfer', 'reservation'] as const;

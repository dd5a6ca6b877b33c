import type { MessageType } from '#inventory';
import type { WireClass } from './field.ts';
import * as order from './order-messages.ts';
import * as stock from './stock-messages.ts';

/** The one definition of every message's `data`: validators, schemas and documents are made from these. */
export const MESSAGE_CLASSES: Readonly<Record<MessageType, WireClass>> = {
  'order.placed': order.OrderPlaced,
  'order.changed': order.OrderChanged,
  'order.cancelled': order.OrderCancelled,
  'order.shipped': order.OrderShipped,
  'order.returned': order.OrderReturned,
  'order.refunded': order.OrderRefunded,
  'sale.completed': stock.SaleCompleted,
  'sale.returned': stock.SaleReturned,
  'stock.received': stock.StockReceived,
  'stock.expected': stock.StockExpected,
  'stock.shipped': stock.StockShipped,
  'stock.adjusted': stock.StockAdjusted,
  'stock.moved': stock.StockMoved,
  'stock.counted': stock.StockCounted,
  'stock.snapshot': stock.StockSnapshotTaken,
  'transfer.shipped': stock.TransferShipped,
  'transfer.received': stock.TransferReceived,
};

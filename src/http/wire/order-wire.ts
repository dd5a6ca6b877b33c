import type { OrderNow } from '#journal';
import type { OrderBody } from '#publishing';
import { time, units } from './scalars.ts';

const AMOUNTS = ['ordered', 'cancelled', 'shipped', 'returned', 'refunded', 'open'] as const;

/** An order as its channel is shown it: the same object in reads, feeds and webhooks. */
export const shownOrder = ({ view: order, position }: OrderNow): OrderBody => ({
  orderId: order.orderId,
  channel: order.channel,
  status: order.status,
  placedAt: order.placedAt === null ? null : time(order.placedAt),
  lines: order.lines.map((line) => ({
    ...line,
    ...Object.fromEntries(AMOUNTS.map((name) => [name, units(line[name])])),
  })),
  shipments: order.shipments.map(({ shippedAt, lines, ...shipment }) => ({
    ...shipment,
    shippedAt: time(shippedAt),
    lines: lines.map((line) => ({ ...line, quantity: units(line.quantity) })),
  })),
  history: order.history.map(({ occurredAt, recordedAt, ...row }) => ({
    ...row,
    occurredAt: time(occurredAt),
    recordedAt: time(recordedAt),
  })),
  version: position,
});

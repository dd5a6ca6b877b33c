import type { Instant, Quantity } from '#kernel';
import type { ToldFact, ToldStream } from '../document/told-stream.ts';
import { compareFacts } from '../entry.ts';
import type { MessageType, Tracking } from '../message.ts';
import { orderFactOf } from './order-fact.ts';
import { deriveOrder } from './derive-order.ts';
import type { LineNumbers, OrderRow, OrderState } from './order-state.ts';

/** An order as people and channels see it. Quantities in units of the item. */
export interface OrderView {
  readonly orderId: string;
  readonly channel: string;
  readonly status: OrderStatus;
  /** Null until the order is known to be placed. */
  readonly placedAt: Instant | null;
  readonly lines: readonly OrderLineView[];
  /** By the time at which each was first told of. */
  readonly shipments: readonly ShipmentView[];
  /** The messages about it, by time. */
  readonly history: readonly OrderHistoryRow[];
}

type OrderStatus = 'pending' | 'open' | 'partially_shipped' | 'shipped' | 'cancelled' | 'closed';

export interface OrderLineView extends LineNumbers {
  readonly line: string;
  /** Null as long as it is not known which item is meant: `name` is what was told instead. */
  readonly sku: string | null;
  readonly name?: string;
  readonly parked: boolean;
}

interface ShipmentView {
  readonly shipmentId: string;
  readonly location: string;
  readonly shippedAt: Instant;
  readonly tracking: Tracking | null;
  readonly lines: readonly {
    readonly line: string;
    readonly sku: string | null;
    readonly quantity: Quantity;
  }[];
}

interface OrderHistoryRow {
  readonly type: MessageType;
  readonly source: string;
  readonly id: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly position: number;
}

/** The order of a stream in which it was told of, or a reservation was confirmed for it. */
export function orderViewOf(channel: string, orderId: string, told: ToldStream): OrderView {
  const order = orderOf(told);
  const facts = [...told.facts].sort((a, b) => compareFacts(keyOf(a), keyOf(b)));
  return {
    orderId,
    channel,
    status: statusOf(order),
    placedAt: order.placedAt ?? null,
    lines: order.rows.map(lineView),
    shipments: shipmentsOf(facts, order),
    history: facts.map(({ message, recordedAt, position }) => ({
      type: message.type,
      source: message.source,
      id: message.id,
      occurredAt: message.occurredAt,
      recordedAt,
      position,
    })),
  };
}

/** Derived once after each change. */
export const orderOf = (told: ToldStream): OrderState =>
  (told.order ??= deriveOrder(told.facts.map(orderFactOf), told.announced));

function statusOf({ isPlaced, rows }: OrderState): OrderStatus {
  if (!isPlaced || (rows.length > 0 && rows.every(isWaiting))) return 'pending';
  const shipped = rows.filter(({ told }) => told.shipped > 0);
  if (rows.some(({ told }) => told.open > 0)) return shipped.length > 0 ? 'partially_shipped' : 'open';
  if (shipped.length === 0) return 'cancelled';
  return shipped.every(({ told }) => told.returned >= told.shipped || told.refunded >= told.shipped)
    ? 'closed'
    : 'shipped';
}

/**
 * True if it is parked as a whole: a row that was committed does not count as waiting because its shipment is parked.
 */
const isWaiting = ({ isParked, posted }: OrderRow): boolean =>
  isParked && posted.ordered === 0 && posted.shipped === 0;

const lineView = ({ line, sku, name, told, isParked }: OrderRow): OrderLineView => ({
  line,
  sku: sku ?? null,
  ...(sku === undefined && name !== undefined && { name }),
  ...told,
  parked: isParked,
});

const keyOf = ({ message }: ToldFact) => ({
  at: message.occurredAt,
  source: message.source,
  id: message.id,
  document: '',
});

/** One for each shipment and location, with the tracking that was told last. */
function shipmentsOf(facts: readonly ToldFact[], order: OrderState): ShipmentView[] {
  const linesByMessage = shippedLines(order);
  const shipments = new Map<string, ShipmentView>();
  for (const { message } of facts) {
    if (message.type !== 'order.shipped') continue;
    const { shipmentId, location, tracking } = message.data;
    const key = `${shipmentId}\n${location}`;
    const before = shipments.get(key);
    const lines = linesByMessage.get(`${message.source}:${message.id}`) ?? [];
    shipments.set(key, {
      shipmentId,
      location,
      shippedAt: before?.shippedAt ?? message.occurredAt,
      tracking: tracking ?? before?.tracking ?? null,
      lines: before === undefined ? lines : [...before.lines, ...lines],
    });
  }
  return [...shipments.values()];
}

type ShippedLine = ShipmentView['lines'][number];

/** By message, the rows that its lines were matched to. */
function shippedLines({ rows }: OrderState): ReadonlyMap<string, readonly ShippedLine[]> {
  const lines = new Map<string, ShippedLine[]>();
  for (const { line, sku, shipments } of rows) {
    for (const { key, quantity } of shipments) {
      const shipped = { line, sku: sku ?? null, quantity };
      const message = `${key.source}:${key.id}`;
      const before = lines.get(message);
      if (before === undefined) lines.set(message, [shipped]);
      else before.push(shipped);
    }
  }
  return lines;
}

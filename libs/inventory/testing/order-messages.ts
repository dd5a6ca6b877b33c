import { UNIT } from '#kernel';
import type { Disposition, Message, MessageOf, OrderLine } from '#inventory';

/** A line as told: `[line, sku, units]`, or `[sku, units]` without a name. */
export type Line = readonly [string, string, number] | readonly [string, number];

export function lineOf(told: Line): OrderLine {
  if (told.length === 3) return { line: told[0], sku: told[1], quantity: told[2] * UNIT };
  return { sku: told[0], quantity: told[1] * UNIT };
}

interface Terms {
  readonly at: number;
  readonly source?: string;
  readonly id?: string;
}

const head = (type: string, { at, source = 'web', id = `${type}@${at}` }: Terms) => ({
  source,
  id,
  occurredAt: at,
});
const order = { orderId: 'o1' };

/** Messages of order `o1`, told by `web`, named by type and time if no id is given. */
export const placed = (
  terms: Terms & { readonly reservationId?: string },
  ...lines: Line[]
): MessageOf<'order.placed'> => ({
  ...head('placed', terms),
  type: 'order.placed',
  data: {
    ...order,
    ...(terms.reservationId !== undefined && { reservationId: terms.reservationId }),
    lines: lines.map(lineOf),
  },
});

export const changed = (terms: Terms, ...lines: Line[]): MessageOf<'order.changed'> => ({
  ...head('changed', terms),
  type: 'order.changed',
  data: { ...order, lines: lines.map(lineOf) },
});

/** Without lines, the whole order is cancelled. */
export const cancelled = (terms: Terms, ...lines: Line[]): MessageOf<'order.cancelled'> => ({
  ...head('cancelled', terms),
  type: 'order.cancelled',
  data: { ...order, ...(lines.length > 0 && { lines: lines.map(lineOf) }) },
});

export const shipped = (
  terms: Terms & { readonly location?: string },
  ...lines: Line[]
): MessageOf<'order.shipped'> => ({
  ...head('shipped', terms),
  type: 'order.shipped',
  data: {
    ...order,
    shipmentId: `s${terms.at}`,
    location: terms.location ?? 'main',
    tracking: { number: `T${terms.at}` },
    lines: lines.map(lineOf),
  },
});

export const returned = (
  terms: Terms & { readonly location?: string; readonly disposition?: Disposition },
  ...lines: Line[]
): MessageOf<'order.returned'> => ({
  ...head('returned', terms),
  type: 'order.returned',
  data: {
    ...order,
    returnId: `r${terms.at}`,
    location: terms.location ?? 'main',
    lines: lines.map((line) => ({ ...lineOf(line), disposition: terms.disposition ?? 'sellable' })),
  },
});

export const refunded = (terms: Terms, ...lines: Line[]): MessageOf<'order.refunded'> => ({
  ...head('refunded', terms),
  type: 'order.refunded',
  data: { ...order, refundId: `f${terms.at}`, ...(lines.length > 0 && { lines: lines.map(lineOf) }) },
});

/** Every message of an order there can be. */
export type OrderTold = Extract<Message, { type: `order.${string}` }>;

import { TOLD_LINES_MAX } from '../document/record-fact.ts';
import { type ToldStream, withAnnounced } from '../document/told-stream.ts';
import type { OrderAnnounced } from '../journal-event.ts';
import { deriveOrder } from './derive-order.ts';
import { announcedEntries } from './order-entries.ts';
import { orderFactOf } from './order-fact.ts';
import { orderOf } from './order-view.ts';

/** What a reservation that was confirmed for an order says of the order. */
export type Announcement = Omit<OrderAnnounced, 'entries'> & {
  readonly channel: string;
  readonly orderId: string;
};

/**
 * Records what was confirmed for an order that is not placed yet, so that it is shown, and messages about the order's
 * lines are matched to it. Undefined if there is nothing to record: the order is placed, and its own lines count; this
 * was recorded before; or the order has too many lines already.
 */
export function announceOrder(told: ToldStream, announcement: Announcement): OrderAnnounced | undefined {
  const { reservationId, confirmedAt, lines } = announcement;
  const before = orderOf(told);
  if (before.isPlaced || told.lineCount >= TOLD_LINES_MAX) return undefined;
  if (told.announced?.some((known) => known.reservationId === reservationId)) return undefined;
  const all = withAnnounced(told, { reservationId, confirmedAt, lines, entries: [] });
  const after = deriveOrder(told.facts.map(orderFactOf), all);
  return {
    reservationId,
    confirmedAt,
    lines,
    entries: announcedEntries({ before, posted: told.opens ?? [] }, after, announcement),
  };
}

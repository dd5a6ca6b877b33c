import { TOLD_LINES_MAX } from '../document/record-fact.ts';
import { type ToldStream, withAnnounced } from '../document/told-stream.ts';
import type { OrderAnnounced } from '../journal-event.ts';
import { deriveOrder } from './derive-order.ts';
import { announcedEntries } from './order-entries.ts';
import { orderFactOf } from './order-fact.ts';
import { orderOf } from './order-view.ts';

/** What a reservation that was confirmed for an order says of it. */
export type Announcement = Omit<OrderAnnounced, 'entries'> & {
  readonly channel: string;
  readonly orderId: string;
};

/**
 * Makes what was confirmed known of an order that is not placed: shown, and heeded by what is told of its lines.
 * Undefined where it says nothing: the placing is known, and its lines win; or it was said before.
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

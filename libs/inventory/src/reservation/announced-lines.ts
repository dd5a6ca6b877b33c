import { type Quantity, UNIT } from '#kernel';
import type { AnnouncedLine } from '../journal-event.ts';
import { heldOf } from './decide-reservation.ts';
import { grant, keptOf } from './grant.ts';
import type { ReservationState } from './reservation-state.ts';

/**
 * The lines that an order has according to the reservation confirmed for it: the lines that were requested, as far as
 * the confirmed items suffice for them, and the remaining items as lines of their own.
 */
export function announcedLines(reservation: ReservationState): readonly AnnouncedLine[] {
  const promised = promisedOf(reservation);
  const granted = grant(reservation.requested, promised, () => UNIT);
  const kept = keptOf(granted);
  const rest = [...promised].map(([sku, quantity]) => ({ sku, quantity: quantity - (kept.get(sku) ?? 0) }));
  const lines = granted.map(({ line: { sku, components }, quantity }): AnnouncedLine => ({
    sku,
    quantity,
    ...(components && { components }),
  }));
  return [...lines, ...rest].filter(({ quantity }) => quantity > 0);
}

/** How much of each ordinary item it promises to its order; nothing if the order's own lines do. */
export function promisedOf(reservation: ReservationState): ReadonlyMap<string, Quantity> {
  const { confirmed } = reservation;
  if (confirmed?.byOrder) return new Map();
  if (!confirmed?.lines) return heldOf(reservation);
  return new Map(confirmed.lines.map(({ sku, quantity }) => [sku, quantity]));
}

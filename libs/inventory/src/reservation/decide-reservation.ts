import type { Instant, Quantity } from '#kernel';
import { amountsOf } from '../document/amounts.ts';
import type { Rejection } from '../rejection.ts';
import type { RequestedLine, ReservationEvent, Shortage } from './reservation-event.ts';
import type { ReservationState } from './reservation-state.ts';

/** What is asked of a hold that is there. */
export type ReservationCommand =
  | {
      readonly type: 'confirm';
      readonly orderId: string;
      /** In the words of the request: a kit is a kit. All of it where absent. */
      readonly lines?: readonly { readonly sku: string; readonly quantity: Quantity }[];
      /** The order's own lines commit: here only the rest is released. */
      readonly byOrder?: boolean;
    }
  | { readonly type: 'release'; readonly actor?: string }
  | { readonly type: 'extend'; readonly expiresInSeconds: number }
  | { readonly type: 'expire' };

/**
 * Decides on a reservation that was held. One terminal event: after it, and after the deadline, everything is
 * refused but what nobody asks for: to expire what has expired.
 */
export function decideReservation(
  command: ReservationCommand,
  state: ReservationState,
  now: Instant,
): ReservationEvent | Rejection {
  if (state.state === 'requested' || state.state === 'refused') return reservationUnknown;
  if (state.state !== 'held') return reservationTerminal(state.state);
  const isOver = state.expiresAt <= now;
  if (command.type === 'expire') {
    return isOver ? { type: 'ReservationExpired', data: {} } : reservationTerminal(state.state);
  }
  if (isOver) return reservationTerminal('expired');
  switch (command.type) {
    case 'release':
      return {
        type: 'ReservationReleased',
        data: command.actor === undefined ? {} : { actor: command.actor },
      };
    case 'extend': {
      // A deadline only moves away: nobody loses by an extension what was promised longer.
      const expiresAt = Math.max(state.expiresAt, now + command.expiresInSeconds * 1000);
      return { type: 'ReservationExtended', data: { expiresAt } };
    }
    case 'confirm':
      return confirm(command, state);
  }
}

function confirm(
  { orderId, lines, byOrder }: Extract<ReservationCommand, { type: 'confirm' }>,
  state: ReservationState,
): ReservationEvent | Rejection {
  if (byOrder) return { type: 'ReservationConfirmed', data: { orderId, byOrder } };
  if (!lines) return { type: 'ReservationConfirmed', data: { orderId } };
  const wanted = itemsOf(lines, state.requested);
  const held = heldOf(state);
  const shortages = [...wanted]
    .map(([sku, requested]): Shortage => ({ sku, requested, available: held.get(sku) ?? 0 }))
    .filter(({ requested, available }) => available < requested);
  if (shortages.length > 0) return insufficientStock(shortages);
  const confirmed = [...wanted].map(([sku, quantity]) => ({ sku, quantity }));
  return { type: 'ReservationConfirmed', data: { orderId, lines: confirmed } };
}

/** By ordinary item; a kit means what it meant when it was requested. */
function itemsOf(
  lines: readonly { readonly sku: string; readonly quantity: Quantity }[],
  requested: readonly RequestedLine[],
): ReadonlyMap<string, Quantity> {
  const items = new Map<string, Quantity>();
  for (const { sku, quantity } of lines) {
    const components = requested.find((line) => line.sku === sku)?.components;
    for (const each of amountsOf({ sku, components }, quantity)) {
      items.set(each.sku, (items.get(each.sku) ?? 0) + each.quantity);
    }
  }
  return items;
}

/** How much of each ordinary item it holds. */
export function heldOf(state: ReservationState): ReadonlyMap<string, Quantity> {
  const held = new Map<string, Quantity>();
  for (const { sku, quantity } of state.held?.lines ?? []) held.set(sku, (held.get(sku) ?? 0) + quantity);
  return held;
}

export const reservationUnknown: Rejection = {
  code: 'RESERVATION_UNKNOWN',
  detail: 'There is no reservation of this id, or nothing was held for it: make one first.',
};

const reservationTerminal = (state: string): Rejection => ({
  code: 'RESERVATION_TERMINAL',
  detail: `The reservation is ${state}: make a new one.`,
  facts: { state },
});

/** `available` is what can be given of each. */
export const insufficientStock = (shortages: readonly Shortage[]): Rejection => ({
  code: 'INSUFFICIENT_STOCK',
  detail:
    'There is less than was asked for, and nothing was held: ask for what is available, under a new reservationId.',
  facts: { shortages },
});

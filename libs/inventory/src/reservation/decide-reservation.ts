import type { Instant, Quantity } from '#kernel';
import { amountsOf } from '../document/amounts.ts';
import type { Rejection } from '../rejection.ts';
import type { RequestedLine, ReservationEvent, Shortage } from './reservation-event.ts';
import type { ReservationState } from './reservation-state.ts';

/** What can be asked of an existing hold. */
export type ReservationCommand =
  | {
      readonly type: 'confirm';
      readonly orderId: string;
      /** In terms of the request, kits as kits. All of it if absent. */
      readonly lines?: readonly { readonly sku: string; readonly quantity: Quantity }[];
      /** The order's own lines commit it: here only the rest is released. */
      readonly byOrder?: boolean;
    }
  | { readonly type: 'release'; readonly actor?: string }
  | { readonly type: 'extend'; readonly expiresInSeconds: number }
  | { readonly type: 'expire' };

/**
 * Decides on a reservation that was held. After its one terminal event every command is refused; after the deadline
 * every one but `expire`, which no caller sends.
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
      // A deadline only moves later: an extension must not shorten what was promised.
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

/** Quantities by ordinary item; a kit has the components it had when it was requested. */
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
  detail: 'There is no reservation with this id, or nothing was held for it. Make a reservation first.',
};

const reservationTerminal = (state: string): Rejection => ({
  code: 'RESERVATION_TERMINAL',
  detail: `The reservation is already ${state}, and that is final. Make a new one.`,
  facts: { state },
});

/** `available` is how much of each can be held. */
export const insufficientStock = (shortages: readonly Shortage[]): Rejection => ({
  code: 'INSUFFICIENT_STOCK',
  detail:
    'Less is available than was asked for, so nothing was held. Ask for at most what `shortages` says is available, under a new reservationId.',
  facts: { shortages },
});

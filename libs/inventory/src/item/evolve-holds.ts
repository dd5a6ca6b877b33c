import type { Quantity } from '#kernel';
import type { ReservationEnded, ReservationExtended, StockReserved } from './item-event.ts';
import { nameKey } from './item-keys.ts';
import type { Hold, ItemState } from './item-state.ts';
import { addClaims, placeFor } from './state-parts.ts';

export function evolveReserved(state: ItemState, reserved: StockReserved): void {
  const { reservationId, request, channel, parts, expiresAt, recordedAt } = reserved;
  drop(state, reservationId);
  state.holds[nameKey(reservationId)] = { reservationId, request, channel, parts, expiresAt, recordedAt };
  for (const { location, quantity } of parts) placeFor(state, location).reserved += quantity;
  addClaims(state, channel, 0, quantityOf(parts));
  if (state.deadline === undefined || expiresAt < state.deadline) state.deadline = expiresAt;
}

export function evolveExtended(state: ItemState, { reservationId, expiresAt }: ReservationExtended): void {
  const hold = state.holds[nameKey(reservationId)];
  if (!hold) return;
  state.holds[nameKey(reservationId)] = { ...hold, expiresAt };
  state.deadline = earliestDeadline(state);
}

export function evolveEnded(state: ItemState, { reservationId }: ReservationEnded): void {
  drop(state, reservationId);
}

function drop(state: ItemState, reservationId: string): void {
  const hold = state.holds[nameKey(reservationId)];
  if (!hold) return;
  delete state.holds[nameKey(reservationId)];
  for (const { location, quantity } of hold.parts) placeFor(state, location).reserved -= quantity;
  addClaims(state, hold.channel, 0, -quantityOf(hold.parts));
  if (hold.expiresAt === state.deadline) state.deadline = earliestDeadline(state);
}

function earliestDeadline(state: ItemState): number | undefined {
  let earliest: number | undefined;
  for (const key in state.holds) {
    const { expiresAt } = state.holds[key]!;
    if (earliest === undefined || expiresAt < earliest) earliest = expiresAt;
  }
  return earliest;
}

const quantityOf = (parts: Hold['parts']): Quantity =>
  parts.reduce((total, { quantity }) => total + quantity, 0);

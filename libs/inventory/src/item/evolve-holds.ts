import type { Quantity } from '#kernel';
import { earliestDeadline, noteDeadline } from './earliest-deadline.ts';
import type { ReservationEnded, ReservationExtended, StockReserved } from './item-event.ts';
import { nameKey } from './item-keys.ts';
import type { Hold, ItemState } from './item-state.ts';
import { addClaims, placeFor } from './state-parts.ts';

export function evolveReserved(state: ItemState, reserved: StockReserved): void {
  const { reservationId, request, channel, parts, expiresAt, recordedAt } = reserved;
  drop(state, reservationId);
  put(state, { reservationId, request, channel, parts, expiresAt, recordedAt });
  for (const { location, quantity } of parts) placeFor(state, location).reserved += quantity;
  addClaims(state, channel, 0, quantityOf(parts));
  if (state.deadline === undefined || expiresAt < state.deadline) state.deadline = expiresAt;
}

export function evolveExtended(state: ItemState, { reservationId, expiresAt }: ReservationExtended): void {
  const hold = state.holds[nameKey(reservationId)];
  if (!hold) return;
  put(state, { ...hold, expiresAt });
  if (hold.expiresAt === state.deadline || expiresAt < state.deadline!)
    state.deadline = earliestDeadline(state.holds);
}

export function evolveEnded(state: ItemState, { reservationId }: ReservationEnded): void {
  drop(state, reservationId);
}

function put(state: ItemState, hold: Hold): void {
  const key = nameKey(hold.reservationId);
  state.holds[key] = hold;
  noteDeadline(state.holds, key, hold.expiresAt);
}

function drop(state: ItemState, reservationId: string): void {
  const hold = state.holds[nameKey(reservationId)];
  if (!hold) return;
  delete state.holds[nameKey(reservationId)];
  for (const { location, quantity } of hold.parts) placeFor(state, location).reserved -= quantity;
  addClaims(state, hold.channel, 0, -quantityOf(hold.parts));
  if (hold.expiresAt === state.deadline) state.deadline = earliestDeadline(state.holds);
}

const quantityOf = (parts: Hold['parts']): Quantity =>
  parts.reduce((total, { quantity }) => total + quantity, 0);

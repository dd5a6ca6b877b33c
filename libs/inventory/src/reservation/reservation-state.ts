import { assert, type Instant } from '#kernel';
import { amountsOf } from '../document/amounts.ts';
import type { Wanted } from '../item/item-command.ts';
import type {
  RequestedLine,
  ReservationConfirmed,
  ReservationEvent,
  ReservationStateName,
  ReservedLine,
  Shortage,
} from './reservation-event.ts';

/** What is known of one reservation after its events so far: plain JSON data. */
export interface ReservationState {
  readonly reservationId: string;
  /** Of the newest event applied. */
  readonly revision: number;
  readonly position: number;
  /** Revision of the request that counts: the last one. */
  readonly request: number;
  readonly state: ReservationStateName;
  readonly channel: string;
  readonly requested: readonly RequestedLine[];
  readonly partial: boolean;
  readonly expiresInSeconds: number;
  readonly requestedAt: Instant;
  readonly expiresAt: Instant;
  /** The first answer, if it was held. */
  readonly held?: HeldAnswer;
  /** The first answer, if it was refused; absent if it was only interrupted. */
  readonly shortages?: readonly Shortage[];
  readonly confirmed?: ReservationConfirmed;
}

interface HeldAnswer {
  readonly lines: readonly ReservedLine[];
  readonly expiresAt: Instant;
  readonly position: number;
}

export type RecordedReservationEvent = ReservationEvent & {
  readonly revision: number;
  readonly position: number;
  readonly recordedAt: Instant;
};

/** Applies one stored event. Total: it was decided at its exact revision, and is never judged again here. */
export function evolveReservation(
  state: ReservationState | undefined,
  reservationId: string,
  event: RecordedReservationEvent,
): ReservationState {
  const { revision, position } = event;
  if (event.type === 'ReservationRequested') {
    const { lines: requested, ...asked } = event.data;
    const { recordedAt: requestedAt } = event;
    const place = { reservationId, revision, position, request: revision };
    return { ...place, state: 'requested', requested, requestedAt, ...asked };
  }
  assert(state, 'a reservation that begins with its request');
  return { ...state, revision, position, ...changeOf(state, event) };
}

function changeOf(
  state: ReservationState,
  event: Exclude<RecordedReservationEvent, { type: 'ReservationRequested' }>,
): Partial<ReservationState> {
  switch (event.type) {
    case 'ReservationHeld': {
      const { position, data } = event;
      return { state: 'held', held: { lines: data.lines, expiresAt: state.expiresAt, position } };
    }
    case 'ReservationRefused': {
      const { shortages, interrupted } = event.data;
      return { state: 'refused', shortages: interrupted ? undefined : shortages };
    }
    case 'ReservationExtended':
      return { expiresAt: event.data.expiresAt };
    case 'ReservationConfirmed':
      return { state: 'confirmed', confirmed: event.data };
    case 'ReservationReleased':
      return { state: 'released' };
    case 'ReservationExpired':
      return { state: 'expired' };
  }
}

/** How much of each ordinary item the lines ask for, kits by their components; in order of SKU. */
export function wantedOf(lines: readonly RequestedLine[]): ReadonlyMap<string, readonly Wanted[]> {
  const wanted = new Map<string, Wanted[]>();
  for (const line of lines) {
    for (const { sku, quantity } of amountsOf(line, line.quantity)) {
      wanted.set(sku, [...(wanted.get(sku) ?? []), { quantity, location: line.location }]);
    }
  }
  return new Map([...wanted].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Every item a hold may be on. */
export const skusOf = (state: ReservationState): string[] => [...wantedOf(state.requested).keys()];

import {
  evolveReservation,
  type RecordedReservationEvent,
  type ReservationState,
  reservationStream,
} from '#inventory';
import type { EventStore } from '#event-store';
import { readStreamUntil } from './read-stream.ts';

/** A reservation from its own few events, up to a revision if one is named; undefined if there is none. */
export async function readReservation(
  store: EventStore,
  reservationId: string,
  revision?: number,
): Promise<ReservationState | undefined> {
  let state: ReservationState | undefined;
  for await (const event of readStreamUntil(store, reservationStream(reservationId), revision)) {
    state = evolveReservation(state, reservationId, event as unknown as RecordedReservationEvent);
  }
  return state;
}

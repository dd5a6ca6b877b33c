import {
  evolveReservation,
  type RecordedReservationEvent,
  type ReservationState,
  reservationStream,
} from '#inventory';
import type { EventStore, RecordedEvent } from '#event-store';
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

/** The reservation as of this event of it, if what is known of it is that, or what it was just before; else undefined. */
export function reservationAsOf(
  event: RecordedEvent,
  known: ReservationState | undefined,
): ReservationState | undefined {
  if (known?.revision === event.revision) return known;
  if (known?.revision !== event.revision - 1) return undefined;
  return evolveReservation(known, known.reservationId, event as unknown as RecordedReservationEvent);
}

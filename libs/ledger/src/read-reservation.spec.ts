import { evolveReservation, type ReservationState } from '#inventory';
import type { RecordedEvent } from '#event-store';
import { reservationAsOf } from './read-reservation.ts';

const EVENTS: readonly [string, object][] = [
  [
    'ReservationRequested',
    { channel: 'web', lines: [], partial: false, expiresInSeconds: 60, expiresAt: 60 },
  ],
  ['ReservationHeld', { lines: [] }],
  ['ReservationExtended', { expiresAt: 90 }],
  ['ReservationExpired', {}],
];
const events = EVENTS.map(([type, data], revision): RecordedEvent => {
  const place = { revision, position: 10 + revision, recordedAt: 0 };
  return { id: `e-${revision}`, stream: 'reservation-r-1', type, data, ...place };
});

/** After so many of its events. */
const known = (count: number): ReservationState | undefined =>
  events
    .slice(0, count)
    .reduce<ReservationState | undefined>(
      (state, event) => evolveReservation(state, 'r-1', event as never),
      undefined,
    );

describe('a reservation as of one of its events', () => {
  it('is what is known of it, if that is as new as the event, or the one before it', () => {
    const extended = events[2]!;
    expect(reservationAsOf(extended, known(3))).toMatchObject({ state: 'held', revision: 2, expiresAt: 90 });
    expect(reservationAsOf(extended, known(2))).toEqual(known(3));
    expect(reservationAsOf(events[3]!, known(3))).toEqual(known(4));
  });

  it('has to be looked up, if what is known is older, or newer, or nothing', () => {
    expect(reservationAsOf(events[3]!, known(2))).toBeUndefined();
    expect(reservationAsOf(events[2]!, known(4))).toBeUndefined();
    expect(reservationAsOf(events[2]!, undefined)).toBeUndefined();
  });
});

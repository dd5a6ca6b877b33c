import type { LedgerBook } from './ledger-book.ts';
import type { DuePlace, DueReservation, ReservationRow } from './reservation-shelf.ts';
import { ReservationExpiry } from './reservation-expiry.ts';
import type { Reservations } from './reservations.ts';

const DUE = 1_000;

const dueAt = (value: number): DueReservation => {
  const reservationId = `r-${value}`;
  return {
    reservation: { reservationId, state: 'held', revision: 1 } as ReservationRow,
    place: { key: reservationId, value },
  };
};

describe('reservations that are due', () => {
  it('are each ended once, and read once, although the picture is behind', async () => {
    const all = Array.from({ length: DUE }, (_, value) => dueAt(value));
    const ended: string[] = [];
    let read = 0;
    const book: Pick<LedgerBook, 'dueReservations' | 'overdueHolds'> = {
      dueReservations: (_, limit, after?: DuePlace) => {
        const first = after === undefined ? 0 : Number(after.value) + 1;
        const page = all.slice(first, first + limit);
        read += page.length;
        return page;
      },
      overdueHolds: () => [],
    };
    const reservations: Pick<Reservations, 'tidy' | 'letGo'> = {
      tidy: (due) => Promise.resolve(void ended.push(...due.map(({ reservationId }) => reservationId))),
      letGo: () => Promise.resolve(),
    };
    const parts = { book: book as LedgerBook, reservations: reservations as Reservations };
    const expiry = new ReservationExpiry({ ...parts, clock: { now: () => DUE } });
    await expiry.endDue();
    expect(read).toBe(DUE);
    await expiry.endDue();
    expect(ended).toEqual(all.map(({ reservation }) => reservation.reservationId));
  });
});

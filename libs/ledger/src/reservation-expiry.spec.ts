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
  const all = Array.from({ length: DUE }, (_, value) => dueAt(value));
  let read: number;
  let done: string[];

  type Known = Pick<LedgerBook, 'dueReservations' | 'overdueHolds' | 'reservation'>;

  beforeEach(() => {
    read = 0;
    done = [];
  });

  function expiryOn(known: Partial<Known>): ReservationExpiry {
    const book: Known = {
      dueReservations: (_, limit, after?: DuePlace) => {
        const first = after === undefined ? 0 : Number(after.value) + 1;
        const page = all.slice(first, first + limit);
        read += page.length;
        return page;
      },
      overdueHolds: () => [],
      reservation: () => undefined,
      ...known,
    };
    const reservations: Pick<Reservations, 'tidy' | 'letGo'> = {
      tidy: (due) => Promise.resolve(void done.push(...due.map(({ reservationId }) => reservationId))),
      letGo: (reservationId) => Promise.resolve(void done.push(`${reservationId} let go`)),
    };
    const parts = { book: book as LedgerBook, reservations: reservations as Reservations };
    return new ReservationExpiry({ ...parts, clock: { now: () => DUE } });
  }

  it('are each ended once, and read once, although the picture is behind', async () => {
    const expiry = expiryOn({});
    await expiry.endDue();
    expect(read).toBe(DUE);
    await expiry.endDue();
    expect(done).toEqual(all.map(({ reservation }) => reservation.reservationId));
  });

  it('leave room for the work of others, if they are very many', async () => {
    const ended = expiryOn({}).endDue();
    setImmediate(() => done.push('the work of others'));
    await ended;
    expect(done).toContain('the work of others');
    expect(done.indexOf('the work of others')).toBeLessThan(DUE);
  });

  it('keep their holds until they end: only what nobody holds any more is let go', async () => {
    const hold = { sku: 'MUG', expiresAt: 0 };
    await expiryOn({
      dueReservations: () => [],
      overdueHolds: () => [
        { ...hold, reservationId: 'r-held' },
        { ...hold, reservationId: 'r-ended' },
        { ...hold, reservationId: 'r-unknown' },
      ],
      reservation: (reservationId) =>
        ({ 'r-held': { state: 'held' }, 'r-ended': { state: 'released' } })[reservationId] as ReservationRow,
    }).endDue();
    expect(done).toEqual(['r-ended let go', 'r-unknown let go']);
  });
});

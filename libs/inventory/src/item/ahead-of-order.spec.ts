import { UNIT } from '#kernel';
import { keyAt, open, shipped } from '../../testing/entries.ts';
import type { Books } from '../../testing/books.ts';
import { ask, committed, stocked } from '../../testing/mugs.ts';
import type { HoldEnd, Settle } from '../entry.ts';

/** Holds so many, and confirms them for order 1 of web. */
function confirmed(books: Books, reservationId: string, units: number): void {
  const expiresAt = 3_600_000;
  const hold = { reservationId, request: 0, channel: 'web', wanted: [{ quantity: units * UNIT }] };
  ask(books, { ...hold, type: 'reserve', partial: false, expiresAt, step: UNIT });
  const order = { channel: 'web', orderId: '1', quantity: units * UNIT };
  const end: HoldEnd = {
    ...{ kind: 'hold', key: keyAt(5), sku: 'MUG', reservationId, request: 0, end: 'confirmed' },
    ...order,
  };
  books.post([end]);
}

/** The order has so much without a line, `by` more than before. */
const left = (units: number, by: number, near?: string): Settle => ({
  ...{ kind: 'settle', key: keyAt(6), sku: 'MUG', channel: 'web', orderId: '1' },
  left: { quantity: units * UNIT, by: by * UNIT },
  ...(near !== undefined && { near }),
});

describe('what a reservation promised an order that is not placed', () => {
  it('passes to the line that names it, and what the line does not want is free', () => {
    const books = stocked(0, 9);
    confirmed(books, 'r-1', 5);
    books.post([open('1', 3), left(0, -5)]);
    expect(committed(books)).toEqual({ shop: 3 });
  });

  it('stays if another line took over only what was its own', () => {
    const books = stocked(9);
    confirmed(books, 'r-1', 5);
    books.post([open('1', 3), left(2, -3)]);
    expect(committed(books)).toEqual({ main: 5 });
  });

  it('is promised anew if a line took more than its own', () => {
    const books = stocked(9);
    confirmed(books, 'r-1', 3);
    books.post([open('1', 5), left(1, -2)]);
    expect(committed(books)).toEqual({ main: 6 });
  });

  it('stays at every moment while the order has not heard of a second one', () => {
    const books = stocked(9);
    confirmed(books, 'r-1', 3);
    confirmed(books, 'r-2', 4);
    books.post([left(3, 0)]);
    expect(committed(books)).toEqual({ main: 7 });
    books.post([open('1', 1), left(0, -3)]);
    expect(committed(books)).toEqual({ main: 5 });
    books.post([left(4, 0)]);
    expect(committed(books)).toEqual({ main: 5 });
    expect(books.state('MUG').exceptions).toEqual({});
    books.post([left(9, 0)]);
    expect(books.state('MUG').exceptions).toMatchObject({ 'oversell/main/web/1': { quantity: UNIT } });
  });

  it('is not used up by what ships of a line that had its own, and is reduced first at the location that ships', () => {
    const books = stocked(2, 9);
    confirmed(books, 'r-1', 2);
    confirmed(books, 'r-2', 3);
    books.post([left(5, 0, 'main'), shipped('1', 1, 6, 'main')]);
    expect(committed(books)).toEqual({ main: 2, shop: 3 });
    books.post([left(2, -3, 'main'), shipped('1', 3, 7, 'main')]);
    expect(committed(books)).toEqual({ shop: 2 });
  });
});

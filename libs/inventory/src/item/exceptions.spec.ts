import fc from 'fast-check';
import { UNIT } from '#kernel';
import { Books } from '../../testing/books.ts';
import {
  adjusted,
  counted,
  issued,
  keyAt,
  move,
  open,
  received,
  shelf,
  shipped,
  sold,
} from '../../testing/entries.ts';
import { CUSTOMER, type Entry, type Open } from '../entry.ts';
import type { Reserve } from './item-command.ts';
import { EXCEPTION_CLAIMS_MAX, type ExceptionOpened } from './item-event.ts';
import { free, placeOf } from './item-readers.ts';

function told(...facts: (Entry | readonly Entry[])[]): Books {
  const books = new Books();
  for (const fact of facts) books.post(Array.isArray(fact) ? (fact as Entry[]) : [fact as Entry], 100);
  return books;
}

/** What is open, by kind, place and order, in units. */
const openIn = (books: Books): Record<string, number> =>
  Object.fromEntries(
    Object.entries(books.state('MUG').exceptions).map(([key, { quantity }]) => [key, quantity / UNIT]),
  );

const opened = (books: Books): ExceptionOpened[] =>
  books.book('MUG').stream.flatMap(({ type, data }) => (type === 'ExceptionOpened' ? [data] : []));

const hold = (more: Partial<Reserve> = {}): Reserve => ({
  ...{ type: 'reserve', reservationId: 'r-1', request: 0, channel: 'app', partial: false, step: UNIT },
  ...{ wanted: [{ quantity: 4 * UNIT }], expiresAt: 1_000 },
  ...more,
});

describe('an oversell', () => {
  it('is what an order took beyond what there was, with everybody who claims it', () => {
    const books = told(received(5), open('1', 3), open('2', 4));
    expect(openIn(books)).toEqual({ 'oversell/main/web/2': 2 });
    expect(opened(books)[0]!.claims).toEqual([
      { channel: 'web', orderId: '2', quantity: 4 * UNIT, occurredAt: 2, recordedAt: 100 },
      { channel: 'web', orderId: '1', quantity: 3 * UNIT, occurredAt: 2, recordedAt: 100 },
    ]);
  });

  it('is counted once for each fact that makes it larger', () => {
    const books = told(received(5), open('1', 6), open('2', 2), open('2', 3));
    expect(openIn(books)).toEqual({ 'oversell/main/web/1': 1, 'oversell/main/web/2': 3 });
  });

  it('of a sale over the counter names the channel and the sale', () => {
    const sale = sold(3, 2, { key: keyAt(2, { source: 'pos', document: 's-1' }), channel: undefined });
    const books = told(received(5), open('1', 4), sale);
    expect(openIn(books)).toEqual({ 'oversell/main/pos/s-1': 2 });
    expect(opened(books)[0]!.claims![0]).toMatchObject({
      channel: 'pos',
      orderId: 's-1',
      quantity: 3 * UNIT,
    });
  });

  it('is opened if a count finds less than is promised, but not if nothing is promised', () => {
    expect(openIn(told(received(5), open('1', 4), counted(1, 5)))).toEqual({ 'oversell/main//': 3 });
    expect(openIn(told(received(5), issued(7)))).toEqual({ 'negative-on-hand/main//': 2 });
  });

  it('is cleared when there is enough again', () => {
    const books = told(received(5), open('1', 6), open('2', 2));
    books.post([received(2, 3)]);
    expect(openIn(books)).toEqual({ 'oversell/main/web/2': 1 });
    books.post([received(1, 3)]);
    expect(openIn(books)).toEqual({});
  });

  it('shrinks as units come: first that of the order that gives them up, then the one opened first', () => {
    const books = told(received(5), open('1', 6), open('2', 2), open('3', 2));
    const claims = opened(books).map((each) => each.claims);
    books.post([received(2, 3)]);
    expect(openIn(books)).toEqual({ 'oversell/main/web/2': 1, 'oversell/main/web/3': 2 });
    books.post([open('3', 1)]);
    expect(openIn(books)).toEqual({ 'oversell/main/web/2': 1, 'oversell/main/web/3': 1 });
    expect(opened(books).map((each) => each.claims)).toEqual([...claims, undefined, undefined]);
  });

  it('never exceeds, all together, what is missing', () => {
    const units = fc.integer({ min: 1, max: 5 });
    const id = fc.constantFrom('1', '2', '3');
    const fact: fc.Arbitrary<Entry[]> = fc.oneof(
      units.map((many) => [received(many)]),
      units.map((many) => [sold(many)]),
      units.map((many) => [issued(many)]),
      fc.integer({ min: 0, max: 9 }).map((many) => [counted(many, 3)]),
      fc.tuple(id, fc.nat(5)).map(([order, many]) => [open(order, many)]),
      fc.tuple(id, units).map(([order, many]) => [open(order, 0, { near: 'main' }), shipped(order, many)]),
    );
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 12 }), (facts) => {
        const books = new Books();
        for (const entries of facts) {
          books.post(entries, 100);
          const state = books.state('MUG');
          const place = placeOf(state, 'main');
          let told = 0;
          for (const [key, { quantity }] of Object.entries(state.exceptions))
            if (key.startsWith('oversell/')) told += quantity;
          expect(told).toBeLessThanOrEqual(place ? Math.max(0, -free(place)) : 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is cleared when its order has nothing there any more', () => {
    const books = told(received(5), open('1', 6), open('2', 2));
    books.post([open('2', 0)]);
    expect(openIn(books)).toEqual({ 'oversell/main/web/1': 1 });
    books.post([open('1', 0, { near: 'main' }), shipped('1', 6)]);
    expect(openIn(books)).toEqual({ 'negative-on-hand/main//': 1 });
  });

  it('passes on while others miss the units that its order has taken', () => {
    const books = told(received(5), open('1', 5), open('2', 1));
    expect(openIn(books)).toEqual({ 'oversell/main/web/2': 1 });
    books.post([open('2', 0, { near: 'main' }), shipped('2', 1)]);
    expect(openIn(books)).toEqual({ 'oversell/main/web/1': 1 });
    expect(opened(books).at(-1)!.claims).toMatchObject([{ orderId: '1', quantity: 5 * UNIT }]);
    books.post([received(1, 4)]);
    expect(openIn(books)).toEqual({});
  });

  it('passes on to those promised units there, less what other oversells already account for', () => {
    const books = told(received(5), received(9, 1, { location: 'shop' }), open('1', 3, { channel: 'app' }));
    books.ask('MUG', hold({ wanted: [{ quantity: 2 * UNIT, location: 'main' }] }), 100);
    books.ask('MUG', hold({ reservationId: 'r-2', wanted: [{ quantity: UNIT, location: 'shop' }] }), 100);
    books.post([open('9', 4, { location: 'shop' })], 101);
    books.post([open('2', 2, { location: 'main' })], 102);
    books.post([open('1', 1, { location: 'main' })], 103);
    expect(openIn(books)).toEqual({ 'oversell/main/web/2': 2, 'oversell/main/web/1': 1 });
    books.post([open('1', 0, { near: 'main' }), shipped('1', 1)], 104);
    expect(openIn(books)).toEqual({ 'oversell/main/web/2': 2, 'oversell/main/app/1': 1 });
    expect(opened(books).at(-1)!.claims).toMatchObject([
      { channel: 'app', orderId: '1' },
      { channel: 'web', orderId: '2' },
      { reservationId: 'r-1' },
    ]);
  });

  it('is opened and cured for each location and each channel’s order alone, whatever else is open', () => {
    const at = (location: string): Partial<Open> => ({ location, line: location });
    const books = told(received(5), received(5, 1, { location: 'shop' }));
    books.post([open('1', 6, at('main')), open('1', 8, at('shop'))]);
    books.post([open('1', 2, { ...at('main'), channel: 'app' })]);
    books.post([issued(6)]);
    const shop = { 'oversell/shop/web/1': 3 };
    const owed = { 'oversell/main//': 6, 'negative-on-hand/main//': 1 };
    expect(openIn(books)).toEqual({ ...shop, ...owed, 'oversell/main/web/1': 1, 'oversell/main/app/1': 2 });
    books.post([open('1', 1, { ...at('main'), channel: 'app' })]);
    expect(openIn(books)).toEqual({ ...shop, ...owed, 'oversell/main/web/1': 1, 'oversell/main/app/1': 1 });
    books.post([received(2)]);
    expect(openIn(books)).toEqual({ ...shop, 'oversell/main//': 6 });
  });

  it('passes on only as far as units are still missing', () => {
    const books = told(received(6), open('1', 5));
    books.post([open('2', 1)], 101);
    books.post([shipped('3', 3)], 102);
    expect(openIn(books)).toEqual({ 'oversell/main/web/3': 3 });
    books.post([move(CUSTOMER, shelf(), 1, { cause: 'return', channel: 'web', orderId: '3' })]);
    expect(openIn(books)).toEqual({ 'oversell/main/web/2': 1, 'oversell/main/web/1': 1 });
  });

  it('stays with its order while only a hold misses the units', () => {
    const books = told(received(5));
    books.ask('MUG', hold());
    books.post([shipped('1', 3)], 100);
    books.post([move(CUSTOMER, shelf(), 1, { cause: 'return', channel: 'web', orderId: '1' })], 100);
    expect(openIn(books)).toEqual({ 'oversell/main/web/1': 1 });
  });

  it('does not exist if an order that was promised its goods is shipped', () => {
    expect(
      openIn(told(received(5), open('1', 5), [open('1', 0, { near: 'main' }), shipped('1', 5)])),
    ).toEqual({});
  });

  it('names a bounded number of claims, its own first and then the newest', () => {
    const orders = Array.from({ length: 30 }, (_, number) => open(String(number), 1));
    const books = new Books();
    books.post([received(30)]);
    for (const [number, order] of orders.entries()) books.post([order], number);
    books.post([open('last', 1)], 99);
    const claims = opened(books)[0]!.claims!;
    expect(claims).toHaveLength(EXCEPTION_CLAIMS_MAX);
    expect(claims.slice(0, 3).map(({ orderId }) => orderId)).toEqual(['last', '29', '28']);
  });

  it('names its own claims before newer ones, and newer holds before older orders', () => {
    const books = told(received(9), open('1', 2));
    books.post([open('2', 2)], 101);
    books.ask('MUG', hold({ wanted: [{ quantity: 3 * UNIT }] }), 102);
    books.post([open('1', 1, { channel: 'app' })], 103);
    books.post([open('1', 4)], 104);
    expect(opened(books)[0]!.claims).toMatchObject([
      { channel: 'web', orderId: '1', quantity: 4 * UNIT, recordedAt: 100 },
      { channel: 'app', orderId: '1', recordedAt: 103 },
      { reservationId: 'r-1', recordedAt: 102 },
      { channel: 'web', orderId: '2', recordedAt: 101 },
    ]);
  });

  it('is opened if a count finds less than one order and one hold were promised', () => {
    const books = told(received(5), open('1', 2));
    books.ask('MUG', hold({ wanted: [{ quantity: 2 * UNIT }] }), 100);
    books.post([counted(3, 5)]);
    expect(openIn(books)).toEqual({ 'oversell/main//': 1 });
  });

  it('is cleared when the hold that it competes with ends', () => {
    const books = told(received(5));
    books.ask('MUG', hold());
    books.post([sold(3)], 100);
    books.ask('MUG', { type: 'trim-hold', reservationId: 'r-1', quantity: 3 * UNIT }, 100);
    expect(Object.values(openIn(books))).toEqual([1]);
    books.ask('MUG', { type: 'end-hold', reservationId: 'r-1', end: 'released' }, 100);
    expect(openIn(books)).toEqual({});
  });

  it('names holds that compete', () => {
    const books = told(received(5));
    books.ask('MUG', hold());
    books.post([sold(3)], 100);
    expect(opened(books)[0]!.claims![1]).toMatchObject({ reservationId: 'r-1', channel: 'app' });
  });
});

describe('negative on hand', () => {
  it('is open while any disposition is below 0', () => {
    const books = told(received(1), sold(3), move(shelf('main', 'damaged'), shelf(), 1));
    expect(Object.keys(openIn(books))).toContain('negative-on-hand/main//');
    books.post([received(2, 3)]);
    expect(Object.keys(openIn(books))).toContain('negative-on-hand/main//');
    books.post([adjusted(1), move(shelf(), shelf('main', 'damaged'), 1)]);
    expect(openIn(books)).toEqual({});
  });

  it('is as much as is missing now, under the id it was opened with', () => {
    const books = told(received(5), issued(7));
    const { position } = Object.values(books.book('MUG').state.exceptions)[0]!;
    for (const [entry, missing] of [
      [issued(4), 6],
      [received(5), 1],
      [received(1), undefined],
    ] as const) {
      books.post([entry]);
      expect(openIn(books)['negative-on-hand/main//']).toBe(missing);
      if (missing !== undefined)
        expect(Object.values(books.book('MUG').state.exceptions)).toMatchObject([{ position }]);
    }
  });

  it('is opened again only when it grows after somebody resolved it', () => {
    const books = told(received(1), issued(3));
    const name = { kind: 'negative-on-hand', location: 'main' } as const;
    const { position: opened } = books.state('MUG');
    const resolve = { type: 'resolve-exception', name, opened, reason: 'known', actor: 'ann' } as const;
    books.ask('MUG', resolve);
    expect(openIn(books)).toEqual({});
    expect(books.ask('MUG', resolve).answer).toMatchObject({ code: 'EXCEPTION_UNKNOWN' });
    books.post([received(1), issued(1)]);
    books.post([received(1)]);
    expect(openIn(books)).toEqual({});
    books.post([issued(1)]);
    expect(openIn(books)).toEqual({ 'negative-on-hand/main//': 2 });
  });

  it('is not resolved by a request that means an earlier one, which was cured', () => {
    const books = told(received(1), issued(3));
    const name = { kind: 'negative-on-hand', location: 'main' } as const;
    const { position: opened } = books.state('MUG').exceptions['negative-on-hand/main//']!;
    for (const entry of [received(5), issued(6)]) books.post([entry]);
    const stale = { type: 'resolve-exception', name, opened, reason: 'known', actor: 'ann' } as const;
    expect(books.ask('MUG', stale).answer).toMatchObject({ code: 'EXCEPTION_UNKNOWN' });
    expect(openIn(books)).toEqual({ 'negative-on-hand/main//': 3 });
  });
});

describe('what a fact is flagged for', () => {
  it('late: it happened before the last count, not with it; it adds up until it is resolved', () => {
    const books = told(received(9), counted(9, 5), issued(1, 4), issued(4, 5), issued(1, 6), issued(2, 3));
    expect(openIn(books)).toEqual({ 'late/main//': 3 });
  });

  it('late, of an order: by order', () => {
    const books = told(received(9), counted(9, 5), shipped('1', 2, 4), shipped('2', 1, 4));
    expect(openIn(books)).toEqual({ 'late/main/web/1': 2, 'late/main/web/2': 1 });
  });

  it('inactive-location: goods, counts and pinned promises at a location that counts for no channel', () => {
    const books = new Books({ isActive: () => false });
    books.post([received(9)]);
    books.post([counted(4, 5)]);
    books.post([open('1', 2, { location: 'main' })]);
    books.post([open('2', 2)]);
    expect(openIn(books)).toEqual({ 'inactive-location/main//': 13, 'inactive-location/main/web/1': 2 });
  });

  it('by the journal: absolute, and cleared at 0', () => {
    const flag = (units: number): Entry => ({
      ...{ kind: 'flag', key: keyAt(3), sku: 'MUG', flag: 'over-return', location: 'main' },
      ...{ channel: 'web', orderId: '1', quantity: units * UNIT },
    });
    const books = told(flag(2), flag(3), flag(3));
    expect(openIn(books)).toEqual({ 'over-return/main/web/1': 3 });
    expect(opened(books)).toHaveLength(2);
    books.post([flag(0)]);
    expect(openIn(books)).toEqual({});
  });
});

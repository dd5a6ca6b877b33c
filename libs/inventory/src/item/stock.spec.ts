import { UNIT } from '#kernel';
import { Books } from '../../testing/books.ts';
import {
  counted,
  expected,
  keyAt,
  move,
  received,
  shelf,
  sold,
  swept,
  transferReceived,
  transferShipped,
} from '../../testing/entries.ts';
import { type Entry, inTransitAccount } from '../entry.ts';
import { stockAsOf } from '../timeline/stock-as-of.ts';
import { onHandAsOf } from '../timeline/timeline.ts';
import type { ItemEvent } from './item-event.ts';
import { exceptionKey } from './item-keys.ts';
import { pastNeeded } from './past-needed.ts';
import { incoming, inTransit, placeOf, sellable, stockOf, sumOfAccounts } from './item-readers.ts';

/** Posts one fact after the other. */
function told(...facts: (Entry | readonly Entry[])[]): Books {
  const books = new Books();
  for (const fact of facts) books.post(Array.isArray(fact) ? (fact as Entry[]) : [fact as Entry]);
  expect(sumOfAccounts(books.state('MUG'))).toBe(0);
  return books;
}

const place = (books: Books, location = 'main') => placeOf(books.state('MUG'), location)!;
const units = (books: Books, location = 'main'): number => sellable(place(books, location)) / UNIT;
const coming = (books: Books, location: string): number =>
  inTransit(books.state('MUG'), place(books, location)) / UNIT;
const damaged = (books: Books): number => (stockOf(place(books), 'damaged')?.onHand ?? 0) / UNIT;
const events = (books: Books): readonly ItemEvent[] => books.book('MUG').stream;
const last = (books: Books): ItemEvent => events(books).at(-1)!;

describe('on hand', () => {
  it('is what came in less what went out', () => {
    expect(units(told(received(10), sold(3), sold(2)))).toBe(5);
  });

  it('is kept by disposition', () => {
    const books = told(received(10), move(shelf('main', 'sellable'), shelf('main', 'damaged'), 4));
    expect([units(books), damaged(books)]).toEqual([6, 4]);
  });

  it('is posted once, however often posting repeats the same journal event', () => {
    const books = told(received(10));
    const again = books.ask('MUG', {
      ...{ type: 'post', journal: 1, recordedAt: 0, cause: 'order' },
      entries: [received(10)],
    });
    expect(again.events).toEqual([]);
  });

  it('shows goods in transit at their destination, by transfer, and never below 0', () => {
    const books = told(received(10), transferReceived('early', 2), transferShipped('t-1', 5));
    expect(coming(books, 'shop')).toBe(5);
    books.post([transferReceived('t-1', 5)]);
    expect([coming(books, 'shop'), place(books, 'shop').inTransit]).toEqual([0, -2 * UNIT]);
  });

  it.each([
    ['after they were shipped', (out: Entry, elsewhere: Entry) => [out, elsewhere]],
    ['before they were shipped', (out: Entry, elsewhere: Entry) => [elsewhere, out]],
  ])('no longer shows goods as on their way that arrived elsewhere, told %s', (_, order) => {
    const elsewhere = move(inTransitAccount('annex'), shelf('annex'), 3, {
      key: keyAt(3, { document: 't-1' }),
    });
    const books = told(received(10), order(transferShipped('t-1', 5), elsewhere));
    expect(comingNowAndThen(books)).toEqual([{ shop: 2 }, { shop: 2 }]);
  });

  it('takes what arrived elsewhere from the first location by name, whichever was told first', () => {
    const out = (to: string, units: number) =>
      move(shelf('main'), inTransitAccount(to), units, { key: keyAt(2, { document: 't-1' }) });
    const elsewhere = move(inTransitAccount('annex'), shelf('annex'), 3, {
      key: keyAt(3, { document: 't-1' }),
    });
    const other = transferReceived('t-2', 9);
    for (const order of [
      [out('shop', 4), elsewhere, out('depot', 2)],
      [elsewhere, out('depot', 2), out('shop', 4)],
    ]) {
      expect(comingNowAndThen(told(received(10), other, order))).toEqual([{ shop: 3 }, { shop: 3 }]);
    }
  });
});

/** By location, live and as of any moment: two readings that must agree. */
function comingNowAndThen(books: Books): readonly Record<string, number>[] {
  const state = books.state('MUG');
  const live = state.places.map((each) => [each.location, inTransit(state, each) / UNIT] as const);
  const asOf = stockAsOf(
    events(books).map((event, index) => ({ ...event, position: index, recordedAt: index })),
    99,
  );
  const then = asOf.map((each) => [each.location, each.inTransit / UNIT] as const);
  return [live, then].map((rows) => Object.fromEntries(rows.filter(([, units]) => units !== 0)));
}

describe('a count', () => {
  it('is the truth at its time, and shrinkage takes the difference', () => {
    const books = told(received(10, 1), counted(7, 5));
    expect(units(books)).toBe(7);
    expect(books.state('MUG').outside.shrinkage).toBe(3 * UNIT);
    expect(last(books)).toMatchObject({ type: 'CountPosted', data: { variance: -3 * UNIT } });
  });

  it('includes the movements of its very moment', () => {
    expect(units(told(received(10, 1), counted(7, 5), sold(2, 5)))).toBe(7);
  });

  it('is not changed by what happened before it and is told after it', () => {
    const books = told(received(10, 1), counted(7, 5), sold(2, 4));
    expect(units(books)).toBe(7);
    expect(events(books)).toContainEqual(
      expect.objectContaining({
        type: 'MovementPosted',
        data: expect.objectContaining({ countedSince: ['main/sellable'] }),
      }),
    );
  });

  it('that is itself told late keeps what moved after it', () => {
    const books = told(received(10, 1), sold(2, 6), counted(7, 5));
    expect(units(books)).toBe(5);
    expect(last(books)).toMatchObject({ data: { variance: -3 * UNIT } });
  });

  it('that is older than the last one changes nothing today', () => {
    const books = told(received(10, 1), counted(7, 5), counted(9, 4));
    expect(units(books)).toBe(7);
    expect(last(books)).toMatchObject({ data: { superseded: true, variance: 0 } });
  });

  it('of several lines of one message is their sum', () => {
    const key = keyAt(5);
    const books = told(received(10, 1), [counted(3, 5, { key }), counted(4, 5, { key })]);
    expect(units(books)).toBe(7);
  });

  it('at the same moment as another one is ordered by source, then id', () => {
    const early = counted(3, 5, { key: keyAt(5, { source: 'a' }) });
    const late = counted(4, 5, { key: keyAt(5, { source: 'b' }) });
    expect([units(told(early, late)), units(told(late, early))]).toEqual([4, 4]);
  });

  it('needs the past only if the state cannot tell', () => {
    const { state } = told(received(10, 1), sold(2, 4)).book('MUG');
    const needs = (entry: Entry & { sku: string }): unknown =>
      pastNeeded({ type: 'post', journal: 9, recordedAt: 0, cause: 'order', entries: [entry] }, state);
    expect(needs(counted(7, 5))).toBeUndefined();
    expect(needs(counted(7, 3))).toEqual({ movedAfter: 3 });
    expect(needs(counted(7, 5, { watermark: 6 }))).toBeUndefined();
    expect(needs(counted(7, 3, { location: 'shop' }))).toBeUndefined();
  });
});

describe('a snapshot', () => {
  it('keeps what its source had not seen yet, according to its sequence numbers', () => {
    const seen = sold(1, 4, { key: keyAt(4), sequence: 6 });
    const unseen = sold(2, 4, { key: keyAt(4), sequence: 7 });
    const snapshot = counted(7, 5, { watermark: 6, cause: 'snapshot' });
    for (const facts of [
      [received(10, 1), seen, unseen, snapshot],
      [snapshot, unseen, received(10, 1), seen],
    ]) {
      expect(units(told(...facts))).toBe(5);
    }
  });

  it('that is complete leaves nothing of an item it does not list', () => {
    const books = told(received(10, 1), move(shelf(), shelf('main', 'damaged'), 4), swept(5), sold(1, 6));
    expect([units(books), damaged(books)]).toEqual([-1, 0]);
  });

  it('that is complete applies to an item that is told of later', () => {
    const books = told(swept(5), received(10, 4));
    expect(units(books)).toBe(0);
    books.post([received(3, 6)]);
    expect(units(books)).toBe(3);
  });

  it('that is complete applies to a disposition that is told of later', () => {
    const books = told(received(10, 1), swept(5), received(2, 3, { to: shelf('main', 'damaged') }));
    expect(damaged(books)).toBe(0);
  });

  it('that is complete applies to a disposition told of later, together with what other snapshots say', () => {
    const numbered = { key: keyAt(1, { source: 'pos' }), sequence: 2 };
    const books = told(
      received(1, 1),
      swept(5, [], { key: keyAt(5, { source: 'wms' }) }),
      received(1, 6, { to: shelf('main', 'damaged') }),
      swept(5, [], { key: keyAt(5, { source: 'pos' }), watermark: 1 }),
      received(1, 1, { to: shelf('main', 'damaged'), ...numbered }),
    );
    expect(damaged(books)).toBe(1);
  });

  it('that is complete says nothing of an item that came to the place after it', () => {
    expect(events(told(received(10, 6), swept(5))).map(({ type }) => type)).toEqual(['MovementPosted']);
  });

  it('that lists the item in a later message of the document never emptied it', () => {
    const document = 'snap-1';
    const sweep = swept(5, [], { key: keyAt(5, { document }) });
    const listing = counted(8, 5, { key: keyAt(5, { document }), cause: 'snapshot' });
    const before = [received(10, 1), move(shelf(), shelf('main', 'damaged'), 4)];
    const books = told(...before, sweep, listing);
    expect([units(books), damaged(books)]).toEqual([8, 4]);
    expect([units(told(...before, listing, sweep)), damaged(told(...before, listing, sweep))]).toEqual([
      8, 4,
    ]);
  });
});

describe('a complete snapshot that lists the item after all', () => {
  const document = 'snap-2';
  const lifted = (at: number): Entry => swept(at, [], { key: keyAt(at, { document }) });
  const listing = (at: number, shelves: 'sellable' | 'damaged'): Entry =>
    counted(8, at, { key: keyAt(at, { document }), cause: 'snapshot', disposition: shelves });

  it('leaves the one before it in force, even for a disposition that is told of later', () => {
    const books = told(received(10, 1), swept(5), lifted(7), listing(7, 'sellable'));
    books.post([received(2, 3, { to: shelf('main', 'damaged') })]);
    expect([units(books), damaged(books)]).toEqual([8, 0]);
    books.post([received(2, 6, { to: shelf('main', 'damaged') })]);
    expect(damaged(books)).toBe(2);
  });

  it('is only that of its own source: another one’s of the same name and moment stays in force', () => {
    const others = swept(7, [], { key: keyAt(7, { document, source: 'pos' }) });
    const books = told(received(10, 1, { to: shelf('main', 'damaged') }), others, listing(7, 'sellable'));
    expect([units(books), damaged(books)]).toEqual([8, 0]);
  });

  it('leaves all lines of the count before it, and what has moved since', () => {
    const key = keyAt(3);
    const both = [counted(3, 3, { key }), counted(4, 3, { key })];
    const books = told(received(10, 1), both, sold(1, 4), lifted(5), sold(2, 6), listing(5, 'damaged'));
    expect([units(books), damaged(books)]).toEqual([4, 8]);
  });
});

it('two complete snapshots that list the item after all leave no trace in its history either', () => {
  const sweepOf = (document: string, at: number): Entry => swept(at, [], { key: keyAt(at, { document }) });
  const listingOf = (document: string, at: number): Entry =>
    counted(1, at, { key: keyAt(at, { document }), cause: 'snapshot' });
  const books = told(
    ...[sweepOf('s1', 5), sweepOf('s2', 7), received(4, 3, { to: shelf('main', 'damaged') })],
    ...[listingOf('s1', 5), listingOf('s2', 7)],
  );
  expect([units(books), damaged(books)]).toEqual([1, 4]);
  expect(onHandAsOf(books.book('MUG').stream, 9)).toMatchObject([
    { disposition: 'damaged', balance: 4 * UNIT },
    { disposition: 'sellable', balance: UNIT },
  ]);
});

it('a count that lifts its own document’s sweep leaves the earlier one in force', () => {
  const beneath = swept(5, [], { key: keyAt(5, { source: 'pos', document: 'a' }) });
  const own = swept(5, [], { key: keyAt(5, { source: 'wms', document: 'b', id: 'z' }) });
  const listing = counted(1, 5, { key: keyAt(5, { source: 'wms', document: 'b', id: 'a' }) });
  const elsewhere = counted(0, 3, { disposition: 'damaged' });
  expect(units(told(beneath, elsewhere, own, listing))).toBe(1);
});

describe('what is expected', () => {
  const due = (books: Books): number => incoming(books.state('MUG'), 'main') / UNIT;
  const po = { expectation: 'po-1' };

  it('is incoming until it is received', () => {
    const books = told(expected('po-1', 10), received(4, 2, po));
    expect(due(books)).toBe(6);
    books.post([received(6, 3, po)]);
    expect(due(books)).toBe(0);
  });

  it('is shown at a location where the item never was, as in its history', () => {
    const { state, stream } = told(expected('po-1', 5)).book('MUG');
    const seen = state.places.map(({ location }) => [location, incoming(state, location)]);
    expect(seen).toEqual([['main', 5 * UNIT]]);
    expect(stockAsOf(stream, 9).map((row) => [row.location, row.incoming])).toEqual(seen);
  });

  it('includes what came before it was told', () => {
    expect(due(told(received(4, 2, po), expected('po-1', 10)))).toBe(6);
  });

  it('of several lines of one message is their sum, including one that was parked', () => {
    const key = keyAt(3);
    const books = told(expected('po-1', 9), expected('po-1', 3, { key }), received(2, 4, po));
    books.post([expected('po-1', 4, { key })]);
    expect(due(books)).toBe(5);
    books.post([expected('po-1', 1)]);
    expect(due(books)).toBe(5);
  });

  it('is replaced by a later message, whichever comes first, and cancelled by 0', () => {
    const first = expected('po-1', 10, { key: keyAt(1) });
    const second = expected('po-1', 5, { key: keyAt(2) });
    expect([due(told(first, second)), due(told(second, first))]).toEqual([5, 5]);
    expect(due(told(first, expected('po-1', 0, { key: keyAt(3) })))).toBe(0);
  });

  it('flags what came beyond it, as soon as both are known', () => {
    for (const facts of [
      [expected('po-1', 3), received(5, 2, po)],
      [received(5, 2, po), expected('po-1', 3)],
    ]) {
      const books = told(...facts);
      expect(last(books)).toMatchObject({
        type: 'ExceptionOpened',
        data: { kind: 'over-receipt', location: 'main', orderId: 'po-1', quantity: 2 * UNIT },
      });
      books.post([expected('po-1', 5, { key: keyAt(9) })]);
      expect(last(books)).toMatchObject({ type: 'ExceptionClosed', data: { state: 'cleared' } });
    }
  });

  it('is not exceeded by what came of it before the rest was cancelled, whichever message comes first', () => {
    const first = expected('po-1', 5, { key: keyAt(1) });
    const off = expected('po-1', 0, { key: keyAt(3) });
    for (const facts of [
      [first, received(3, 2, po), off],
      [received(3, 2, po), off, first],
      [off, received(3, 2, po), first],
    ]) {
      expect(told(...facts).state('MUG').exceptions).toEqual({});
    }
    const lowered = told(first, received(3, 2, po), expected('po-1', 1, { key: keyAt(3) }));
    expect(last(lowered)).toMatchObject({ data: { kind: 'over-receipt', quantity: 2 * UNIT } });
  });

  it('is exceeded only where it is expected now, whichever message comes first', () => {
    const first = expected('po-1', 3, { key: keyAt(1) });
    const moved = expected('po-1', 3, { key: keyAt(2), location: 'other' });
    for (const facts of [
      [first, received(5, 3, po), moved],
      [received(5, 3, po), first, moved],
      [first, moved, received(5, 3, po)],
      [moved, first, received(5, 3, po)],
    ]) {
      const open = told(...facts).state('MUG').exceptions;
      const name = exceptionKey({ kind: 'over-receipt', location: 'other', orderId: 'po-1' });
      expect(Object.keys(open)).toEqual([name]);
      expect(open[name]?.quantity).toBe(2 * UNIT);
    }
  });

  it('needs no look into the past under a new name, after a thousand receipts that nobody expected', () => {
    const books = new Books();
    for (let number = 1; number <= 1_000; number++)
      books.post([received(1, 2, { expectation: `po-${number}` })]);
    const needed = (documentId: string) => {
      const entries = [expected(documentId, 5)];
      const post = { type: 'post', journal: 2_000, recordedAt: 3, cause: 'receipt', entries } as const;
      return pastNeeded(post, books.state('MUG'));
    };
    expect([needed('po-1001'), needed('po-1000'), needed('po-1')]).toEqual([undefined, 'all', 'all']);
  });

  it('flags what comes beyond it long after it was complete, and sixty-four others later', () => {
    const books = told(expected('po-0', 10), received(10, 2, { expectation: 'po-0' }));
    for (let number = 1; number <= 70; number++) books.post([expected(`later-${number}`, 1)]);
    expect(books.state('MUG').expectations[':po-0']).toBeUndefined();
    const open = () =>
      events(books).flatMap(({ type, data }) => (type === 'ExceptionOpened' ? [data.quantity / UNIT] : []));
    books.post([received(3, 8, { expectation: 'nobody' })]);
    expect(open()).toEqual([]);
    books.post([received(3, 8, { expectation: 'po-0' })]);
    books.post([received(1, 9, { expectation: 'po-0' })]);
    expect(last(books)).toMatchObject({
      data: { kind: 'over-receipt', location: 'main', orderId: 'po-0', quantity: 4 * UNIT },
    });
    expect(open()).toEqual([3, 4]);
    books.post([expected('po-0', 14, { key: keyAt(9), location: 'other' })]);
    expect(books.state('MUG').exceptions).toEqual({});
  });

  it('that is cancelled before it was known, besides so many others, needs no look into the past', () => {
    const books = new Books();
    for (let number = 1; number <= 70; number++)
      books.post([expected(`later-${number}`, 1, { key: keyAt(5) })]);
    books.post([expected('po-0', 0, { key: keyAt(1) })]);
    expect(books.state('MUG').expectations[':po-0']).toBeUndefined();
    expect(books.state('MUG').exceptions).toEqual({});
  });

  it('is known exactly, even after it was forgotten', () => {
    const books = told(expected('po-0', 10), received(10, 2, { expectation: 'po-0' }));
    for (let number = 1; number <= 70; number++) books.post([expected(`later-${number}`, 1)]);
    expect(books.state('MUG').expectations[':po-0']).toBeUndefined();
    books.post([expected('po-0', 99, { key: keyAt(0) })]);
    expect(due(books)).toBe(70);
    books.post([expected('po-0', 12, { key: keyAt(9) })]);
    expect(due(books)).toBe(72);
  });
});

import { UNIT } from '#kernel';
import type { Books } from '../../testing/books.ts';
import { keyAt, open, received, swept } from '../../testing/entries.ts';
import { ask, committed, stocked } from '../../testing/mugs.ts';
import type { Count } from '../entry.ts';
import { onHandAsOf } from '../timeline/timeline.ts';
import type { ItemCommand } from './item-command.ts';
import { placeOf } from './item-readers.ts';
import { pastNeeded } from './past-needed.ts';
import { remember, REMEMBERED_MAX } from './remembered.ts';

describe('reallocating', () => {
  const move = (units: number, more: object = {}): ItemCommand => ({
    ...{ type: 'reallocate', reallocationId: 'a-1', channel: 'web', orderId: '1', line: '1' },
    ...{ from: 'main', to: 'shop', quantity: units * UNIT },
    ...more,
  });

  it('moves a promise to where it can be kept', () => {
    const books = stocked(5, 5);
    books.post([open('1', 4)]);
    ask(books, move(3));
    expect(committed(books)).toEqual({ main: 1, shop: 3 });
  });

  it('may take everything that is free there', () => {
    const books = stocked(5, 3);
    books.post([open('1', 4)]);
    ask(books, move(3));
    expect(committed(books)).toEqual({ main: 1, shop: 3 });
  });

  it('is refused for more than is promised there, or than is free elsewhere', () => {
    const books = stocked(5, 2);
    books.post([open('1', 4)]);
    expect(ask(books, move(5)).answer).toMatchObject({
      code: 'INSUFFICIENT_COMMITMENT',
      facts: { committed: 4 * UNIT },
    });
    expect(ask(books, move(3)).answer).toMatchObject({ code: 'INSUFFICIENT_STOCK' });
    expect(ask(books, move(1, { orderId: '2' })).answer).toMatchObject({ facts: { committed: 0 } });
  });

  it('moves the promise of that line and place, and of no other', () => {
    const books = stocked(9, 9);
    books.post([
      open('1', 4, { line: '2' }),
      open('1', 3, { location: 'shop' }),
      open('1', 1, { line: '3' }),
    ]);
    expect(ask(books, move(1)).answer).toMatchObject({ facts: { committed: 0 } });
    ask(books, move(4, { line: '2' }));
    expect(books.state('MUG').commitments['web/1']).toMatchObject([
      { line: '1', location: 'shop', quantity: 3 * UNIT },
      { line: '3', location: 'main', quantity: UNIT },
      { line: '2', location: 'shop', quantity: 4 * UNIT, occurredAt: 2 },
    ]);
  });

  it('cures the oversell of its order where it was promised', () => {
    const books = stocked(5, 5);
    books.post([open('1', 5), open('2', 2, { location: 'main' })]);
    expect(Object.keys(books.state('MUG').exceptions)).toEqual(['oversell/main/web/1']);
    ask(books, move(2, { orderId: '2' }));
    expect(books.state('MUG').exceptions).toEqual({});
  });

  it('is done once, even among many', () => {
    const books = stocked(5, 5);
    books.post([open('1', 4)]);
    ask(books, move(2, { reallocationId: 'a-0' }));
    ask(books, move(1, { reallocationId: 'a-0', from: 'shop', to: 'main' }));
    ask(books, move(1, { reallocationId: 'a-2', from: 'shop', to: 'main' }));
    ask(books, move(1));
    expect(ask(books, move(1))).toMatchObject({
      events: [],
      answer: { repeated: { data: { reallocationId: 'a-1' } }, position: books.book('MUG').state.position },
    });
  });

  it('is done once', () => {
    const books = stocked(5, 5);
    books.post([open('1', 4)]);
    ask(books, move(1));
    expect(ask(books, move(1))).toMatchObject({
      events: [],
      answer: { repeated: { type: 'CommitmentMoved' } },
    });
    expect(ask(books, move(2)).answer).toMatchObject({ code: 'ID_REUSED_WITH_DIFFERENT_CONTENT' });
    expect(committed(books)).toEqual({ main: 3, shop: 1 });
  });
});

describe('adjusting', () => {
  const adjust = (more: object): ItemCommand => ({
    ...{ type: 'adjust', adjustmentId: 'a-1', location: 'main', disposition: 'sellable' },
    ...{ reason: 'broken', actor: 'ann' },
    ...more,
  });
  const main = (books: Books) => placeOf(books.state('MUG'), 'main')!.stock[0]!;

  it('sets the difference to what was seen', () => {
    const books = stocked(5);
    const { events } = ask(books, adjust({ setTo: 3 * UNIT, expectedOnHand: 5 * UNIT }));
    expect(events).toMatchObject([{ type: 'OnHandAdjusted', data: { change: -2 * UNIT, onHand: 3 * UNIT } }]);
    expect(books.state('MUG').outside.adjustment).toBe(2 * UNIT);
  });

  it('is refused if the on-hand is not what was seen', () => {
    const books = stocked(5);
    expect(ask(books, adjust({ setTo: 3 * UNIT, expectedOnHand: 4 * UNIT })).answer).toMatchObject({
      code: 'STALE_VALUE',
      facts: { current: 5 * UNIT },
    });
    expect(ask(books, adjust({ setTo: 5 * UNIT, expectedOnHand: 5 * UNIT }))).toEqual({
      events: [],
      answer: undefined,
    });
  });

  it('is done once, and the same answer is given again', () => {
    const books = stocked(5);
    const command = adjust({ change: UNIT });
    ask(books, command);
    books.post([received(3, 5)]);
    expect(ask(books, command).answer).toMatchObject({
      repeated: { data: { change: UNIT, onHand: 6 * UNIT } },
      position: 3,
    });
    expect(ask(books, adjust({ change: 2 * UNIT })).answer).toMatchObject({
      code: 'ID_REUSED_WITH_DIFFERENT_CONTENT',
    });
    expect(main(books).onHand).toBe(9 * UNIT);
  });

  it('is done once however many there were: what is not remembered is looked up in the past', () => {
    const books = stocked(5);
    const state = books.state('MUG');
    for (let number = 3; number <= REMEMBERED_MAX; number++)
      state.requests = remember(state.requests, `earlier-${number}`);
    const nth = (number: number) => adjust({ adjustmentId: `n-${number}`, change: UNIT });
    for (let number = 1; number <= 4; number++) ask(books, nth(number));
    for (const number of [1, 2, 3, 4]) {
      expect(ask(books, nth(number)).answer).toMatchObject({
        repeated: { data: { adjustmentId: `n-${number}` } },
      });
    }
    expect(main(books).onHand).toBe(9 * UNIT);
    expect(state.requests!.hashes).toHaveLength(REMEMBERED_MAX);
  });

  it('needs no look into the past if it is new, even after a thousand others', () => {
    const books = stocked(5);
    const nth = (number: number) => adjust({ adjustmentId: `n-${number}`, change: UNIT });
    for (let number = 1; number <= 1_000; number++) ask(books, nth(number));
    expect(pastNeeded(nth(1_001), books.state('MUG'))).toBeUndefined();
    expect(pastNeeded(nth(1), books.state('MUG'))).toBe('all');
  });

  it('makes negative on-hand visible, and cures it', () => {
    const books = stocked(5);
    ask(books, adjust({ change: -6 * UNIT }));
    expect(Object.keys(books.state('MUG').exceptions)).toEqual(['negative-on-hand/main//']);
    ask(books, adjust({ adjustmentId: 'a-2', change: UNIT }));
    expect(books.state('MUG').exceptions).toEqual({});
  });

  it('is not swallowed by a count whose clock runs ahead', () => {
    const books = stocked(5);
    books.post([{ ...countAt(500), quantity: 4 * UNIT }]);
    ask(books, adjust({ change: UNIT }), 100);
    expect(main(books).onHand).toBe(5 * UNIT);
    books.post([{ ...countAt(499), quantity: 9 * UNIT }]);
    expect(main(books).onHand).toBe(5 * UNIT);
  });

  it('stays in addition to an earlier count that is told later, where it was made and nowhere else', () => {
    const books = stocked(5, 5);
    ask(books, adjust({ change: 2 * UNIT }), 100);
    ask(books, adjust({ adjustmentId: 'a-2', change: UNIT, disposition: 'damaged' }), 100);
    ask(books, adjust({ adjustmentId: 'a-3', change: UNIT, location: 'shop' }), 100);
    books.post([{ ...countAt(50), quantity: 4 * UNIT }]);
    expect(main(books).onHand).toBe(6 * UNIT);
    books.post([{ ...countAt(100), quantity: 3 * UNIT }]);
    expect(main(books).onHand).toBe(3 * UNIT);
  });

  it('stays in addition to a late count even if nothing ever moved', () => {
    const books = stocked(0);
    books.post([{ ...countAt(10), quantity: 5 * UNIT }]);
    ask(books, adjust({ change: 2 * UNIT }), 100);
    books.post([{ ...countAt(50), quantity: 4 * UNIT }]);
    expect(main(books).onHand).toBe(6 * UNIT);
  });

  it('is included in a later count, and what moves after that count is added to it', () => {
    const books = stocked(5);
    books.post([received(3, 500)]);
    ask(books, adjust({ change: 2 * UNIT }), 100);
    books.post([{ ...countAt(300), quantity: 9 * UNIT }]);
    expect(main(books).onHand).toBe(12 * UNIT);
  });

  it('is undone by a later complete snapshot, and stays if that lists the item after all', () => {
    const books = stocked(0);
    ask(books, adjust({ change: 2 * UNIT }), 100);
    const key = keyAt(300);
    books.post([swept(300, [], { key })]);
    expect(main(books).onHand).toBe(0);
    books.post([{ ...countAt(300), key, disposition: 'damaged', quantity: UNIT }]);
    expect(main(books).onHand).toBe(2 * UNIT);
  });

  it('is not swallowed by a complete snapshot with a clock ahead, if the item was never told of there', () => {
    const books = stocked(0);
    books.post([swept(500)]);
    const { events } = ask(books, adjust({ change: 5 * UNIT }), 100);
    expect(events).toMatchObject([{ type: 'OnHandAdjusted', data: { occurredAt: 501 } }]);
    expect(main(books).onHand).toBe(5 * UNIT);
    expect(onHandAsOf(books.book('MUG').stream, 501)).toMatchObject([{ balance: 5 * UNIT }]);
    books.post([received(3, 400)]);
    expect(main(books).onHand).toBe(5 * UNIT);
  });

  const countAt = (at: number): Count => ({
    ...{ kind: 'count', key: keyAt(at), sku: 'MUG', location: 'main' },
    ...{ disposition: 'sellable', quantity: 0, cause: 'count' },
  });
});

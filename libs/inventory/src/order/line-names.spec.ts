import { describe, expect, it } from '@jest/globals';
import { UNIT } from '#kernel';
import { Books } from '../../testing/books.ts';
import { cancelled, changed, type OrderTold, placed } from '../../testing/order-messages.ts';
import { Telling } from '../../testing/telling.ts';
import { evolveTold, forgetSince, markOf } from '../document/told-stream.ts';
import type { FactRecorded } from '../journal-event.ts';

const SET_UP = { items: [{ sku: 'MUG' }, { sku: 'CUP' }, { sku: 'TEA' }], locations: ['main', 'shop'] };

function tellAll(...messages: OrderTold[]): Telling {
  const order = new Telling(SET_UP);
  for (const message of messages) order.tell(message);
  return order;
}

const linesOf = (order: Telling): string[] =>
  order.view().lines.map(({ line, sku, open }) => `${line} ${sku}: ${open / UNIT}`);

const tea = placed({ at: 1 }, ['1', 'TEA', 1]);

describe('a number that a message gives to a line itself', () => {
  it('is not given to another of its lines, in whatever order they are', () => {
    const first = tellAll(tea, changed({ at: 2 }, ['MUG', 3], ['2', 'CUP', 5]));
    expect(linesOf(first)).toEqual(['1 TEA: 1', '3 MUG: 3', '2 CUP: 5']);
    const last = tellAll(tea, changed({ at: 2 }, ['2', 'CUP', 5], ['MUG', 3]));
    expect(linesOf(last)).toEqual(['1 TEA: 1', '2 CUP: 5', '3 MUG: 3']);
  });

  it('keeps two lines of one item apart in a message that tells both, and both are promised', () => {
    const order = tellAll(tea, changed({ at: 2 }, ['MUG', 3], ['2', 'MUG', 5]));
    expect(linesOf(order)).toEqual(['1 TEA: 1', '3 MUG: 3', '2 MUG: 5']);
  });

  it('means the same line in a later message if that is of the same item, else another one', () => {
    const unnamed = changed({ at: 2 }, ['MUG', 3]);
    const same = tellAll(tea, unnamed, changed({ at: 3 }, ['2', 'MUG', 5]));
    expect(linesOf(same)).toEqual(['1 TEA: 1', '2 MUG: 5']);
    const other = tellAll(tea, unnamed, changed({ at: 3 }, ['2', 'CUP', 5]));
    expect(linesOf(other)).toEqual(['1 TEA: 1', '2 MUG: 3', '2 CUP: 5']);
  });
});

describe('what an order has posted', () => {
  const message = changed({ at: 2 }, ['MUG', 3], ['2', 'CUP', 5]);
  const open = {
    kind: 'open',
    key: { at: 2, source: 'web', id: message.id, document: 'o1' },
    ...{ channel: 'web', orderId: 'o1', line: '2' },
  } as const;
  const stored: FactRecorded = {
    message,
    lines: [
      { index: 0, sku: 'MUG' },
      { index: 1, sku: 'CUP' },
    ],
    parked: [],
    entries: [
      { ...open, sku: 'MUG', quantity: 3 * UNIT },
      { ...open, sku: 'CUP', quantity: 5 * UNIT },
    ],
    flags: [],
  };

  it('is the starting point, even if a line was named by older rules', () => {
    for (const [next, mugs, cups] of [
      [changed({ at: 3 }, ['MUG', 4]), 4, 5],
      [changed({ at: 3 }, ['CUP', 1]), 3, 1],
      [cancelled({ at: 3 }), 0, 0],
    ] as const) {
      const order = tellAll(tea);
      const books = new Books();
      evolveTold(
        order.told,
        { type: 'OrderChanged', data: stored },
        { revision: 1, position: 2, recordedAt: 0 },
      );
      books.post(stored.entries);
      books.post(order.tell(next));
      const committed = (sku: string): number => (books.state(sku).places[0]?.committed ?? 0) / UNIT;
      expect([committed('MUG'), committed('CUP')]).toEqual([mugs, cups]);
    }
  });

  it('is only what was stored: if storing fails, it is told again in full', () => {
    const order = tellAll(tea);
    const before = markOf(order.told);
    const more = order.tell(changed({ at: 2 }, ['1', 'TEA', 4]));
    forgetSince(order.told, before);
    expect(order.tell(changed({ at: 2 }, ['1', 'TEA', 4]))).toEqual(more);
  });
});

import { describe, expect, it } from '@jest/globals';
import { UNIT } from '#kernel';
import { cancelled, changed, placed, shipped } from '../../testing/order-messages.ts';
import { Telling } from '../../testing/telling.ts';

const BOX = [
  { sku: 'MUG', quantity: 2 * UNIT },
  { sku: 'CUP', quantity: UNIT },
];
const SET_UP = {
  items: [{ sku: 'MUG' }, { sku: 'CUP' }, { sku: 'BOX', components: BOX }],
  locations: ['main'],
};

const reservation = (reservationId: string, ...lines: [sku: string, units: number][]) => ({
  reservationId,
  confirmedAt: 3,
  lines: lines.map(([sku, units]) => ({
    ...{ sku, quantity: units * UNIT },
    ...(sku === 'BOX' && { components: BOX }),
  })),
});

/** Each line in words: `name item: ordered`, in units. */
const linesOf = (order: Telling): string[] =>
  order.view().lines.map(({ line, sku, ordered }) => `${line} ${sku}: ${ordered / UNIT}`);

/** What is left without a line, by item, as its last event says; in units. */
const leftIn = (entries: ReturnType<Telling['announce']>): Record<string, number[]> =>
  Object.fromEntries(
    (entries ?? []).flatMap((entry) =>
      entry.kind === 'settle' ? [[entry.sku, [entry.left!.quantity / UNIT, entry.left!.by / UNIT]]] : [],
    ),
  );

describe('an order that only a reservation has told of', () => {
  it('is pending, and shows its lines by number', () => {
    const order = new Telling(SET_UP);
    order.announce(reservation('r-1', ['MUG', 2], ['BOX', 1]));
    order.announce(reservation('r-0', ['MUG', 3]));
    expect(order.view().status).toBe('pending');
    expect(linesOf(order)).toEqual(['1 MUG: 3', '2 MUG: 2', '3 BOX: 1']);
  });

  it('is told of only once by each reservation', () => {
    const order = new Telling(SET_UP);
    order.announce(reservation('r-1', ['MUG', 2]));
    expect(order.announce(reservation('r-1', ['MUG', 2]))).toBeUndefined();
    expect(linesOf(order)).toEqual(['1 MUG: 2']);
  });

  it('is what its own lines say once it is placed', () => {
    const order = new Telling(SET_UP);
    order.announce(reservation('r-1', ['MUG', 2], ['CUP', 1]));
    expect(leftIn(order.tell(placed({ at: 4 }, ['1', 'CUP', 4])))).toEqual({ MUG: [0, -2], CUP: [0, -1] });
    expect(order.announce(reservation('r-2', ['MUG', 2]))).toBeUndefined();
    expect(linesOf(order)).toEqual(['1 CUP: 4']);
  });
});

describe('what a reservation told of an order', () => {
  it('takes the name of the first line of its item, and what remains takes free numbers', () => {
    const order = new Telling(SET_UP);
    order.announce(reservation('r-1', ['MUG', 2], ['CUP', 1], ['MUG', 5]));
    expect(leftIn(order.tell(changed({ at: 4 }, ['2', 'CUP', 4])))).toEqual({ MUG: [7, 0], CUP: [0, -1] });
    expect(linesOf(order)).toEqual(['1 MUG: 2', '2 CUP: 4', '3 MUG: 5']);
    expect(leftIn(order.tell(changed({ at: 5 }, ['a', 'MUG', 3])))).toEqual({ MUG: [5, -2], CUP: [0, 0] });
    expect(linesOf(order)).toEqual(['a MUG: 3', '2 CUP: 4', '1 MUG: 5']);
    order.tell(changed({ at: 6 }, ['a', 'MUG', 4], ['2', 'CUP', 5]));
    expect(linesOf(order)).toEqual(['a MUG: 4', '2 CUP: 5', '1 MUG: 5']);
  });

  it('is what a line without a name means, which has a number of its own from then on', () => {
    const order = new Telling(SET_UP);
    order.announce(reservation('r-1', ['MUG', 2]));
    order.tell(shipped({ at: 4 }, ['MUG', 1]));
    order.tell(changed({ at: 5 }, ['CUP', 1]));
    expect(linesOf(order)).toEqual(['1 MUG: 2', '2 CUP: 1']);
    expect(order.view().lines).toMatchObject([{ shipped: UNIT, open: UNIT }, { open: UNIT }]);
  });

  it('promises the components of a kit, even if a line has named the kit before', () => {
    const order = new Telling(SET_UP);
    order.tell(cancelled({ at: 1 }, ['9', 'BOX', 1]));
    expect(leftIn(order.announce(reservation('r-1', ['BOX', 3])))).toEqual({ MUG: [0, -6], CUP: [0, -3] });
    expect(leftIn(order.announce(reservation('r-2', ['BOX', 1], ['CUP', 1])))).toEqual({
      MUG: [2, 0],
      CUP: [2, 0],
    });
    expect(linesOf(order)).toEqual(['9 BOX: 3', '1 BOX: 1', '2 CUP: 1']);
  });
});

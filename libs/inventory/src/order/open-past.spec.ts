import { describe, expect, it } from '@jest/globals';
import { UNIT } from '#kernel';
import { Books } from '../../testing/books.ts';
import { received } from '../../testing/entries.ts';
import { cancelled, changed, type OrderTold, placed, shipped } from '../../testing/order-messages.ts';
import { Telling } from '../../testing/telling.ts';
import type { Entry, HoldEnd } from '../entry.ts';
import { stockAsOf } from '../timeline/stock-as-of.ts';

/** Told in this order: what was committed as of each moment from 1 on, and where. */
function committedThrough(last: number, ...told: (OrderTold | readonly Entry[])[]): Record<string, number>[] {
  const books = new Books();
  const telling = new Telling({ items: [{ sku: 'MUG' }], locations: ['main', 'shop'] });
  for (const each of told) books.post('type' in each ? telling.tell(each) : each);
  return Array.from({ length: last }, (_, index) =>
    Object.fromEntries(
      stockAsOf(books.book('MUG').stream, index + 1)
        .filter(({ committed }) => committed !== 0)
        .map(({ location, committed }) => [location, committed / UNIT]),
    ),
  );
}

/** The same of five that a reservation held, which was confirmed at 3 before any of it was told. */
function heldThrough(last: number, ...told: OrderTold[]): number[] {
  const books = new Books();
  const telling = new Telling({ items: [{ sku: 'MUG' }, { sku: 'CUP' }], locations: ['main'] });
  const quantity = 5 * UNIT;
  const key = { at: 3, source: 'web', id: 'r-1', document: 'o1' };
  const hold = { kind: 'hold', key, sku: 'MUG', reservationId: 'r-1', request: 0, end: 'confirmed' } as const;
  books.post([{ ...hold, channel: 'web', orderId: 'o1', quantity }]);
  const lines = [{ sku: 'MUG', quantity }];
  books.post(telling.announce({ reservationId: 'r-1', confirmedAt: 3, lines })!);
  for (const message of told) books.post(telling.tell(message));
  return Array.from({ length: last }, (_, index) =>
    stockAsOf(books.book('MUG').stream, index + 1).reduce((sum, { committed }) => sum + committed / UNIT, 0),
  );
}

const five = placed({ at: 2 }, ['1', 'MUG', 5]);

describe('what was committed for an order as of a moment', () => {
  it('is the same if its shipment was told first', () => {
    const gone = shipped({ at: 4 }, ['1', 'MUG', 5]);
    const expected = [{}, { main: 5 }, { main: 5 }, {}];
    expect(committedThrough(4, five, gone)).toEqual(expected);
    expect(committedThrough(4, gone, five)).toEqual(expected);
  });

  it('is the same if its cancellation was told first', () => {
    const off = cancelled({ at: 4 });
    expect(committedThrough(4, off, five)).toEqual([{}, { main: 5 }, { main: 5 }, {}]);
  });

  it('includes a change that a later one had already replaced', () => {
    const up = changed({ at: 3 }, ['1', 'MUG', 8]);
    const down = changed({ at: 5 }, ['1', 'MUG', 2]);
    const expected = [{}, { main: 5 }, { main: 8 }, { main: 8 }, { main: 2 }];
    expect(committedThrough(5, five, up, down)).toEqual(expected);
    expect(committedThrough(5, five, down, up)).toEqual(expected);
    expect(committedThrough(5, down, up, five)).toEqual(expected);
  });

  it('is shown where the channel wanted it, else where it still is', () => {
    const to = (location: string | undefined): OrderTold => ({
      ...five,
      data: { ...five.data, lines: [{ ...five.data.lines[0]!, location }] },
    });
    const up = changed({ at: 3 }, ['1', 'MUG', 8]);
    const down = changed({ at: 5 }, ['1', 'MUG', 2]);
    const expected = [{}, { shop: 5 }, { shop: 8 }, { shop: 8 }, { shop: 2 }];
    expect(committedThrough(5, to('shop'), down, up)).toEqual(expected);
    const over = [...expected.slice(0, 4), {}];
    expect(committedThrough(5, to('shop'), changed({ at: 5 }, ['1', 'MUG', 0]), up)).toEqual(over);
    const lies = received(9, 1, { location: 'shop' });
    expect(committedThrough(5, [lies], to(undefined), down, up, [received(90, 1)])).toEqual(expected);
    expect(committedThrough(5, [lies], to(undefined), down, [received(90, 1)], up)).toEqual(expected);
  });

  it('is less from a cancellation told late until the shipment that undid it', () => {
    const off = cancelled({ at: 3 }, ['1', 'MUG', 2]);
    const gone = shipped({ at: 5, location: 'shop' }, ['1', 'MUG', 5]);
    const expected = [{}, { main: 5 }, { main: 3 }, { main: 3 }, {}];
    expect(committedThrough(5, five, gone, off)).toEqual(expected);
    expect(committedThrough(5, off, gone, five)).toEqual(expected);
  });

  it('is not moved by what a reservation confirmed later holds of another item', () => {
    const books = new Books();
    const telling = new Telling({ items: [{ sku: 'MUG' }], locations: ['main'] });
    const lines = [{ sku: 'CUP', quantity: UNIT }];
    books.post(telling.tell(changed({ at: 3 }, ['1', 'MUG', 8])));
    books.post(telling.announce({ reservationId: 'r-1', confirmedAt: 11, lines })!);
    books.post(telling.tell(cancelled({ at: 5 })));
    books.post(telling.tell(five));
    const then = [1, 2, 3, 4, 5, 11].map((at) =>
      stockAsOf(books.book('MUG').stream, at).reduce((sum, { committed }) => sum + committed / UNIT, 0),
    );
    expect(then).toEqual([0, 5, 8, 8, 0, 0]);
  });

  it('is what a reservation holds from its confirmation on, whatever is told late of the lines', () => {
    const off = cancelled({ at: 5 }, ['a', 'MUG', 2]);
    const gone = shipped({ at: 7 }, ['a', 'MUG', 3]);
    const cup = changed({ at: 6 }, ['b', 'CUP', 1]);
    for (const told of [
      [off, gone, cup],
      [off, cup, gone],
      [cup, off, gone],
    ]) {
      const books = new Books();
      const telling = new Telling({ items: [{ sku: 'MUG' }, { sku: 'CUP' }], locations: ['main'] });
      const lines = [
        { sku: 'CUP', quantity: UNIT },
        { sku: 'MUG', quantity: 5 * UNIT },
      ];
      const key = { at: 3, source: 'web', id: 'r-1', document: 'o1' };
      books.post(
        lines.map(({ sku, quantity }): HoldEnd => {
          const order = { channel: 'web', orderId: 'o1', quantity };
          return { kind: 'hold', key, sku, reservationId: 'r-1', request: 0, end: 'confirmed', ...order };
        }),
      );
      books.post(telling.announce({ reservationId: 'r-1', confirmedAt: 3, lines })!);
      for (const message of told) books.post(telling.tell(message));
      const then = (sku: string): number[] =>
        [1, 2, 3, 4, 5, 6, 7].map((at) =>
          stockAsOf(books.book(sku).stream, at).reduce((sum, { committed }) => sum + committed / UNIT, 0),
        );
      expect(then('MUG')).toEqual([0, 0, 5, 5, 3, 3, 0]);
      expect(then('CUP')).toEqual([0, 0, 1, 1, 1, 1, 1]);
    }
  });

  it('is less from a cancellation of what a reservation holds, even if a later one was told first', () => {
    const early = cancelled({ at: 4 }, ['a', 'MUG', 2]);
    const late = cancelled({ at: 6 }, ['a', 'MUG', 1]);
    const expected = [0, 0, 5, 3, 3, 2];
    expect(heldThrough(6, early, late)).toEqual(expected);
    expect(heldThrough(6, late, early)).toEqual(expected);
  });

  it('is not twice what a reservation holds if the order had been placed before and that is told last', () => {
    const off = cancelled({ at: 5 });
    const expected = [0, 5, 5, 5, 0, 0];
    expect(heldThrough(6, five, off)).toEqual(expected);
    expect(heldThrough(6, off, five)).toEqual(expected);
    const cup = placed({ at: 2 }, ['1', 'CUP', 1]);
    expect(heldThrough(6, cup, off)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(heldThrough(6, off, cup)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('is what a reservation holds until its order is placed, whatever had ended by then', () => {
    const off = cancelled({ at: 4 }, ['MUG', 2]);
    const later = placed({ at: 5 }, ['1', 'MUG', 4]);
    expect(heldThrough(6, off, later)).toEqual([0, 0, 5, 3, 2, 2]);
  });

  it('is nothing before the order was placed, whatever the clocks say', () => {
    const early = changed({ at: 1 }, ['1', 'MUG', 3], ['2', 'MUG', 1]);
    const expected = [{}, { main: 6 }];
    expect(committedThrough(2, five, early)).toEqual(expected);
    expect(committedThrough(2, early, five)).toEqual(expected);
  });
});

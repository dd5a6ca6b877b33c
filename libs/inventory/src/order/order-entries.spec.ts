import { UNIT } from '#kernel';
import type { Entry, OrderLine } from '#inventory';
import { changed, lineOf, type OrderTold, placed, shipped } from '../../testing/order-messages.ts';
import { type SetUp, sumOf, Telling } from '../../testing/telling.ts';

const SET_UP: SetUp = {
  items: [{ sku: 'MUG' }, { sku: 'CUP' }],
  listings: [{ channel: 'web', listing: 'case', sku: 'MUG', unitsPer: 12 * UNIT }],
  locations: ['main', 'shop'],
};

/** The same message with other lines. */
const withLines = <Told extends OrderTold>(message: Told, ...lines: OrderLine[]): Told => ({
  ...message,
  data: { ...message.data, lines },
});

const opens = (entries: readonly Entry[]): unknown[] =>
  entries.flatMap((entry) => (entry.kind === 'open' ? [[entry.line, entry.quantity / UNIT]] : []));

describe('what an order does to stock', () => {
  it('is promised where the channel wants it, as last told', () => {
    const order = new Telling(SET_UP);
    const at = (location: string): OrderLine => ({ ...lineOf(['1', 'MUG', 2]), location });
    expect(order.tell(withLines(placed({ at: 1 }), at('shop')))).toMatchObject([{ location: 'shop' }]);
    expect(order.tell(changed({ at: 2 }, ['1', 'MUG', 3]))).toMatchObject([
      { location: 'shop', quantity: 3 * UNIT },
    ]);
    expect(order.tell(withLines(changed({ at: 3 }), at('main')))).toMatchObject([
      { location: 'main', quantity: 2 * UNIT },
    ]);
    const [open] = new Telling(SET_UP).tell(placed({ at: 1 }, ['1', 'MUG', 2]));
    expect(open).not.toHaveProperty('location');
  });

  it('leaves with the number that its source gave it, for snapshots with a watermark', () => {
    const order = new Telling(SET_UP);
    order.tell(placed({ at: 1 }, ['1', 'MUG', 2]));
    const [, move] = order.tell({ ...shipped({ at: 2 }, ['1', 'MUG', 1]), sequence: 7 });
    expect(move).toMatchObject({ kind: 'move', sequence: 7 });
    expect(order.tell(shipped({ at: 3 }, ['1', 'MUG', 1]))[1]).not.toHaveProperty('sequence');
  });

  it('is in units of the item if a listing of twelve is ordered and shipped', () => {
    const order = new Telling(SET_UP);
    const cases = (count: number): OrderLine => ({ line: '1', listing: 'case', quantity: count * UNIT });
    order.tell(withLines(placed({ at: 1 }), cases(3)));
    order.tell(withLines(shipped({ at: 2 }), cases(1)));
    expect(sumOf(order.entries)).toMatchObject({
      balances: { 'MUG customer': 12 },
      open: { 'MUG 1': 24 },
    });
    expect(order.view().lines).toMatchObject([{ ordered: 36 * UNIT, shipped: 12 * UNIT }]);
  });

  it('releases before it promises, whichever line was named first', () => {
    const order = new Telling(SET_UP);
    order.tell(placed({ at: 1 }, ['1', 'MUG', 5], ['2', 'CUP', 1]));
    expect(opens(order.tell(changed({ at: 2 }, ['3', 'MUG', 3], ['2', 'CUP', 4], ['1', 'MUG', 2])))).toEqual([
      ['1', 2],
      ['2', 4],
      ['3', 3],
    ]);
    expect(opens(order.tell(changed({ at: 3 }, ['1', 'MUG', 4], ['3', 'MUG', 0])))).toEqual([
      ['3', 0],
      ['1', 4],
    ]);
  });

  it('moves nothing of a line that waits, and then once', () => {
    const order = new Telling(SET_UP);
    order.tell(placed({ at: 1 }, ['1', 'MUG', 2]));
    order.tell(shipped({ at: 2 }, ['1', 'MUG', 2], ['2', 'NEW', 3]));
    expect(sumOf(order.entries).balances).toEqual({ 'MUG main/sellable': -2, 'MUG customer': 2 });
    order.release('web', 'shipped@2', { ...SET_UP, items: [...SET_UP.items!, { sku: 'NEW' }] });
    expect(sumOf(order.entries).balances).toMatchObject({ 'MUG customer': 2, 'NEW customer': 3 });
  });

  it('shows the order as open while some of it waits, and as pending while all does', () => {
    const order = new Telling(SET_UP);
    order.tell(placed({ at: 1 }, ['1', 'NEW', 1]));
    expect(order.view().status).toBe('pending');
    order.tell(changed({ at: 2 }, ['2', 'MUG', 1]));
    expect(order.view().status).toBe('open');
  });

  it('is answered with the kinds of flags that it then has', () => {
    const order = new Telling(SET_UP);
    order.tell(placed({ at: 1 }, ['1', 'MUG', 1]));
    order.tell(shipped({ at: 2 }, ['1', 'MUG', 3]));
    order.tell(changed({ at: 3 }, ['1', 'MUG', 3]));
    expect(order.told.facts.map(({ flags }) => flags)).toEqual([[], ['over-shipment'], []]);
  });

  it('shows a shipment that is told in parts as one, with its tracking as last told', () => {
    const order = new Telling(SET_UP);
    const part = (at: number, tracking: object | undefined, ...lines: [string, string, number][]) => {
      const message = shipped({ at }, ...lines);
      return { ...message, data: { ...message.data, shipmentId: 's', tracking } } as OrderTold;
    };
    order.tell(part(5, { number: 'T' }, ['2', 'CUP', 2]));
    order.tell(part(6, undefined, ['1', 'MUG', 3]));
    order.tell(part(4, { number: 'old' }, ['1', 'MUG', 1]));
    expect(order.view().shipments).toEqual([
      {
        ...{ shipmentId: 's', location: 'main', shippedAt: 4, tracking: { number: 'T' } },
        lines: [
          { line: '1', sku: 'MUG', quantity: UNIT },
          { line: '2', sku: 'CUP', quantity: 2 * UNIT },
          { line: '1', sku: 'MUG', quantity: 3 * UNIT },
        ],
      },
    ]);
  });
});

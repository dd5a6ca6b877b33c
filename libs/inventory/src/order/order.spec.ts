import { describe, expect, it } from '@jest/globals';
import { UNIT } from '#kernel';
import { cancelled, changed, placed, refunded, returned, shipped } from '../../testing/order-messages.ts';
import { linesOf, SET_UP, tellAll } from '../../testing/order-telling.ts';
import { sumOf, Telling } from '../../testing/telling.ts';

describe('an order', () => {
  it('commits what is open of each line', () => {
    const order = tellAll(placed({ at: 1 }, ['1', 'MUG', 2], ['2', 'CUP', 1]));

    expect(order.view()).toMatchObject({ status: 'open', placedAt: 1 });
    expect(sumOf(order.entries)).toEqual({ balances: {}, open: { 'MUG 1': 2, 'CUP 2': 1 }, flags: {} });
  });

  it('has the quantity last told by time', () => {
    const order = tellAll(
      placed({ at: 1 }, ['1', 'MUG', 2]),
      changed({ at: 5 }, ['1', 'MUG', 7]),
      changed({ at: 3 }, ['1', 'MUG', 4]),
    );

    expect(linesOf(order)).toEqual(['1 MUG: 7 = 7 + 0 + 0, 0, 0']);
  });

  it('is placed first and has the quantity last told by time, even if that is the placing', () => {
    const early = changed({ at: 1 }, ['1', 'MUG', 7], ['2', 'CUP', 1]);
    const placing = placed({ at: 2 }, ['1', 'MUG', 4]);
    for (const order of [tellAll(early, placing), tellAll(placing, early)]) {
      expect(linesOf(order)).toEqual(['1 MUG: 4 = 4 + 0 + 0, 0, 0', '2 CUP: 1 = 1 + 0 + 0, 0, 0']);
    }
  });

  it('that is placed once more keeps what was cancelled in between', () => {
    const again = placed({ at: 4 }, ['1', 'MUG', 4]);
    const order = tellAll(again, placed({ at: 2 }, ['1', 'MUG', 3]), cancelled({ at: 3 }));

    expect(order.view().placedAt).toBe(2);
    expect(linesOf(order)).toEqual(['1 MUG: 4 = 1 + 0 + 3, 0, 0']);
  });

  it('shows the same line id with another item as a row of its own', () => {
    const order = tellAll(placed({ at: 1 }, ['1', 'MUG', 2]), changed({ at: 2 }, ['1', 'CUP', 3]));

    expect(linesOf(order)).toEqual(['1 MUG: 2 = 2 + 0 + 0, 0, 0', '1 CUP: 3 = 3 + 0 + 0, 0, 0']);
  });

  it('is shipped line by line', () => {
    const order = tellAll(placed({ at: 1 }, ['1', 'MUG', 5]), shipped({ at: 2 }, ['1', 'MUG', 2]));

    expect(order.view().status).toBe('partially_shipped');
    expect(sumOf(order.entries)).toEqual({
      balances: { 'MUG main/sellable': -2, 'MUG customer': 2 },
      open: { 'MUG 1': 3 },
      flags: {},
    });
    order.tell(shipped({ at: 3 }, ['1', 'MUG', 3]));
    expect(order.view().status).toBe('shipped');
    expect(order.view().shipments).toMatchObject([
      { shipmentId: 's2', location: 'main', tracking: { number: 'T2' }, lines: [{ line: '1', sku: 'MUG' }] },
      { shipmentId: 's3', shippedAt: 3 },
    ]);
  });

  it('releases a promise near the place that shipped, before goods move', () => {
    const order = tellAll(placed({ at: 1 }, ['1', 'MUG', 5]));

    expect(order.tell(shipped({ at: 2, location: 'shop' }, ['1', 'MUG', 2]))).toMatchObject([
      { kind: 'open', near: 'shop', quantity: 3 * UNIT },
      {
        kind: 'move',
        from: 'shop/sellable',
        to: 'customer',
        cause: 'shipment',
        orderId: 'o1',
        channel: 'web',
      },
    ]);
  });

  it('lists what was told of it, by time', () => {
    const order = tellAll(shipped({ at: 2 }, ['1', 'MUG', 2]), placed({ at: 1 }, ['1', 'MUG', 2]));

    expect(order.view().history).toMatchObject([
      { type: 'order.placed', occurredAt: 1, position: 2 },
      { type: 'order.shipped', occurredAt: 2, position: 1 },
    ]);
  });
});

describe('a cancellation', () => {
  it('of a line takes at most what is open', () => {
    const order = tellAll(placed({ at: 1 }, ['1', 'MUG', 5]), cancelled({ at: 2 }, ['1', 'MUG', 9]));

    expect(linesOf(order)).toEqual(['1 MUG: 5 = 0 + 0 + 5, 0, 0']);
    expect(order.view().status).toBe('cancelled');
  });

  it('of the whole order takes what is not shipped, whatever arrives first', () => {
    const order = tellAll(
      cancelled({ at: 2 }),
      placed({ at: 1 }, ['1', 'MUG', 5], ['2', 'CUP', 1]),
      shipped({ at: 3 }, ['1', 'MUG', 2]),
    );

    expect(linesOf(order)).toEqual(['1 MUG: 5 = 0 + 2 + 3, 0, 0', '2 CUP: 1 = 0 + 0 + 1, 0, 0']);
    expect(order.view().status).toBe('shipped');
    expect(sumOf(order.entries).open).toEqual({});
  });

  it('does not bind what a later change raises', () => {
    const order = tellAll(
      placed({ at: 1 }, ['1', 'MUG', 5]),
      cancelled({ at: 2 }),
      changed({ at: 3 }, ['1', 'MUG', 7]),
    );

    expect(linesOf(order)).toEqual(['1 MUG: 7 = 2 + 0 + 5, 0, 0']);
  });

  it('gives way to what ships nevertheless, so that a later change opens all that it raises', () => {
    const order = tellAll(
      placed({ at: 1 }, ['1', 'MUG', 10]),
      cancelled({ at: 2 }),
      shipped({ at: 3 }, ['1', 'MUG', 3]),
      changed({ at: 4 }, ['1', 'MUG', 12]),
    );

    expect(linesOf(order)).toEqual(['1 MUG: 12 = 2 + 3 + 7, 0, 0']);
    expect(sumOf(order.entries).open).toEqual({ 'MUG 1': 2 });
  });

  it('is not reduced by what ships of the rest, nor by a change of the line in between', () => {
    const ends = [changed({ at: 5 }, ['1', 'MUG', 10])];
    const begin = [placed({ at: 1 }, ['1', 'MUG', 10]), cancelled({ at: 2 }, ['1', 'MUG', 4])];
    const asItWas = tellAll(...begin, shipped({ at: 3 }, ['1', 'MUG', 5]), ...ends);
    expect(linesOf(asItWas)).toEqual(['1 MUG: 10 = 1 + 5 + 4, 0, 0']);
    const lowered = tellAll(...begin, changed({ at: 3 }, ['1', 'MUG', 2]), ...ends);
    expect(linesOf(lowered)).toEqual(['1 MUG: 10 = 6 + 0 + 4, 0, 0']);
  });

  it('told with a clock that is behind still comes after the order was placed', () => {
    const order = tellAll(placed({ at: 10 }, ['1', 'MUG', 5]), cancelled({ at: 4 }));

    expect(linesOf(order)).toEqual(['1 MUG: 5 = 0 + 0 + 5, 0, 0']);
  });

  it('that comes before its order leaves it pending, and then cancelled as soon as it is placed', () => {
    const order = tellAll(cancelled({ at: 2 }));
    expect(order.view()).toMatchObject({ status: 'pending', placedAt: null, lines: [] });

    expect(order.tell(placed({ at: 1 }, ['1', 'MUG', 5]))).toMatchObject([{ kind: 'open-past' }]);
    expect(order.view().status).toBe('cancelled');
  });
});

describe('a line without a name', () => {
  it('is the first of its item with something left', () => {
    const order = tellAll(
      placed({ at: 1 }, ['1', 'MUG', 1], ['2', 'MUG', 3]),
      shipped({ at: 2 }, ['MUG', 1]),
      cancelled({ at: 3 }, ['MUG', 1]),
      shipped({ at: 4 }, ['MUG', 2]),
      returned({ at: 5 }, ['MUG', 1]),
      returned({ at: 6 }, ['MUG', 1]),
      refunded({ at: 7 }, ['MUG', 1]),
      refunded({ at: 8 }, ['MUG', 1]),
    );

    expect(linesOf(order)).toEqual(['1 MUG: 1 = 0 + 1 + 0, 1, 1', '2 MUG: 3 = 0 + 2 + 1, 1, 1']);
    expect(order.view().status).toBe('shipped');
  });

  it('is matched as of its own time, even if it is told late', () => {
    const order = tellAll(
      placed({ at: 1 }, ['1', 'MUG', 1], ['2', 'MUG', 1]),
      shipped({ at: 4 }, ['MUG', 1]),
      cancelled({ at: 2 }, ['MUG', 1]),
    );

    expect(linesOf(order)).toEqual(['1 MUG: 1 = 0 + 0 + 1, 0, 0', '2 MUG: 1 = 0 + 1 + 0, 0, 0']);
  });

  it('is the first of its item if nothing is left of any', () => {
    const order = tellAll(placed({ at: 1 }, ['1', 'MUG', 1], ['2', 'MUG', 1]), cancelled({ at: 2 }));
    order.tell(shipped({ at: 3 }, ['MUG', 1]));

    expect(linesOf(order)).toEqual(['1 MUG: 1 = 0 + 1 + 0, 0, 0', '2 MUG: 1 = 0 + 0 + 1, 0, 0']);
  });

  it('is a new line, named by the next free number, if the order has no such item', () => {
    const order = tellAll(
      placed({ at: 1 }, ['1', 'MUG', 1], ['2', 'CUP', 1]),
      shipped({ at: 2 }, ['TEA', 4]),
    );

    expect(linesOf(order)[2]).toBe('3 TEA: 0 = 0 + 4 + 0, 0, 0');
    expect(sumOf(order.entries).flags).toEqual({ 'over-shipment TEA main': 4 });
  });
});

describe('an order of kits', () => {
  it('counts kits, and moves and promises their components', () => {
    const order = tellAll(
      placed({ at: 1 }, ['1', 'BOX', 3]),
      shipped({ at: 2 }, ['1', 'BOX', 1]),
      returned({ at: 3 }, ['1', 'BOX', 1]),
    );

    expect(linesOf(order)).toEqual(['1 BOX: 3 = 2 + 1 + 0, 1, 0']);
    expect(sumOf(order.entries)).toEqual({ balances: {}, open: { 'MUG 1': 4, 'TEA 1': 2 }, flags: {} });
  });
});

describe('a kit that is redefined', () => {
  it('stays in an order what it was when its line was first resolved', () => {
    const order = tellAll(placed({ at: 1 }, ['1', 'BOX', 2]));
    const components = [{ sku: 'CUP', quantity: UNIT }];
    order.use({ ...SET_UP, items: [{ sku: 'CUP' }, { sku: 'BOX', components }] });
    order.tell(shipped({ at: 2 }, ['1', 'BOX', 1]));
    order.tell(changed({ at: 3 }, ['2', 'BOX', 1]));

    expect(sumOf(order.entries)).toMatchObject({
      balances: { 'MUG customer': 2, 'TEA customer': 1 },
      open: { 'MUG 1': 2, 'TEA 1': 1, 'CUP 2': 1 },
    });
  });
});

describe('an order that confirms a reservation', () => {
  it('names the hold in the entries that commit it', () => {
    const order = new Telling(SET_UP);

    expect(order.tell(placed({ at: 1, reservationId: 'h1' }, ['1', 'MUG', 2]))).toMatchObject([
      { kind: 'open', reservationId: 'h1', quantity: 2 * UNIT },
    ]);
  });

  it('ends the hold even if nothing of it is open any more', () => {
    const order = tellAll(cancelled({ at: 3 }));

    expect(order.tell(placed({ at: 1, reservationId: 'h1' }, ['1', 'MUG', 2]))).toMatchObject([
      { kind: 'open', reservationId: 'h1', quantity: 0 },
      { kind: 'open-past' },
    ]);
  });
});

describe('a parked line of an order', () => {
  const unknown = { ...SET_UP, items: SET_UP.items.filter(({ sku }) => sku !== 'CUP') };

  it('is shown with its numbers, and does nothing', () => {
    const order = new Telling(unknown);
    order.tell(placed({ at: 1 }, ['1', 'CUP', 2]));

    expect(order.view()).toMatchObject({
      status: 'pending',
      lines: [{ line: '1', sku: 'CUP', ordered: 2 * UNIT, open: 2 * UNIT, parked: true }],
    });
    expect(order.entries).toEqual([]);
  });

  it('is posted with its own time once its item is known', () => {
    const order = new Telling(unknown);
    order.tell(placed({ at: 1 }, ['1', 'CUP', 2], ['2', 'MUG', 1]));
    order.tell(cancelled({ at: 3 }, ['1', 'CUP', 1]));

    expect(order.release('web', 'placed@1', SET_UP)).toMatchObject([
      { kind: 'open', key: { at: 1, id: 'placed@1' }, sku: 'CUP', quantity: 2 * UNIT },
    ]);
    order.release('web', 'cancelled@3', SET_UP);
    expect(order.view()).toMatchObject({ status: 'open', lines: [{ parked: false, open: UNIT }, {}] });
    expect(sumOf(order.entries).open).toEqual({ 'CUP 1': 1, 'MUG 2': 1 });
  });

  it('of a shipment from an unknown location leaves the promise as it is', () => {
    const order = tellAll(placed({ at: 1 }, ['1', 'MUG', 2]));

    expect(order.tell(shipped({ at: 2, location: 'moon' }, ['1', 'MUG', 2]))).toEqual([]);
    expect(order.view()).toMatchObject({ status: 'shipped', lines: [{ shipped: 2 * UNIT, parked: true }] });

    order.release('web', 'shipped@2', { ...SET_UP, locations: ['main', 'moon'] });
    expect(sumOf(order.entries)).toMatchObject({ balances: { 'MUG moon/sellable': -2 }, open: {} });
  });

  it('that breaks a rule of its item, once that is known, is gone', () => {
    const order = new Telling(unknown);
    order.tell(placed({ at: 1 }, ['1', 'CUP', 2.5], ['2', 'MUG', 1]));
    order.release('web', 'placed@1', SET_UP);

    expect(linesOf(order)).toEqual(['2 MUG: 1 = 1 + 0 + 0, 0, 0']);
  });
});

describe('the same message again', () => {
  it('is a repeat, whatever was told in between', () => {
    const order = tellAll(placed({ at: 1 }, ['1', 'MUG', 2]), cancelled({ at: 3 }));

    expect(order.put(placed({ at: 1 }, ['1', 'MUG', 2]))).toBe('repeated');
  });

  it('with other content is refused', () => {
    const order = tellAll(placed({ at: 1 }, ['1', 'MUG', 2]));

    expect(order.put({ ...placed({ at: 2 }, ['1', 'MUG', 2]), id: 'placed@1' })).toMatchObject({
      code: 'ID_REUSED_WITH_DIFFERENT_CONTENT',
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import { UNIT } from '#kernel';
import { changed, placed, refunded, returned, shipped } from '../../testing/order-messages.ts';
import { linesOf, tellAll } from '../../testing/order-telling.ts';
import { sumOf } from '../../testing/telling.ts';

describe('a return', () => {
  it('brings back at most what was shipped, by time; the rest is flagged', () => {
    const order = tellAll(
      placed({ at: 1 }, ['1', 'MUG', 3]),
      shipped({ at: 2 }, ['1', 'MUG', 3]),
      returned({ at: 5, disposition: 'damaged' }, ['1', 'MUG', 2]),
      returned({ at: 6 }, ['1', 'MUG', 2]),
    );

    expect(sumOf(order.entries)).toEqual({
      balances: { 'MUG main/sellable': -2, 'MUG main/damaged': 2 },
      open: {},
      flags: { 'over-return MUG main': 1 },
    });
    expect(order.view().status).toBe('closed');
  });

  it('gives way to an earlier one that is told later, under its own name and time', () => {
    const order = tellAll(
      placed({ at: 1 }, ['1', 'MUG', 2]),
      shipped({ at: 2 }, ['1', 'MUG', 2]),
      returned({ at: 6, location: 'shop' }, ['1', 'MUG', 2]),
    );

    expect(order.tell(returned({ at: 5 }, ['1', 'MUG', 1]))).toMatchObject([
      {
        kind: 'move',
        from: 'shop/sellable',
        to: 'customer',
        quantity: UNIT,
        key: { at: 6, id: 'returned@6' },
      },
      { kind: 'move', to: 'main/sellable', quantity: UNIT, key: { at: 5 } },
      { kind: 'flag', flag: 'over-return', location: 'shop', quantity: UNIT },
    ]);
  });

  it('of an unknown order enters in full, flagged, until the order is known', () => {
    const order = tellAll(returned({ at: 5 }, ['1', 'MUG', 2]));
    expect(sumOf(order.entries)).toMatchObject({
      balances: { 'MUG main/sellable': 2 },
      flags: { 'unlinked-return MUG main': 2 },
    });

    order.tell(shipped({ at: 2 }, ['1', 'MUG', 1]));
    expect(sumOf(order.entries)).toMatchObject({
      balances: {},
      flags: { 'over-return MUG main': 1 },
    });
  });
});

describe('too much of a thing', () => {
  it('is flagged as over-shipment once the order is known, and cleared by a change', () => {
    const order = tellAll(shipped({ at: 2 }, ['1', 'MUG', 3]));
    expect(sumOf(order.entries).flags).toEqual({});

    order.tell(placed({ at: 1 }, ['1', 'MUG', 2]));
    expect(sumOf(order.entries).flags).toEqual({ 'over-shipment MUG main': 1 });
    expect(linesOf(order)).toEqual(['1 MUG: 2 = 0 + 3 + 0, 0, 0']);

    order.tell(changed({ at: 9 }, ['1', 'MUG', 3]));
    expect(sumOf(order.entries).flags).toEqual({});
  });

  it('is flagged as over-refund beyond what was ordered and shipped', () => {
    const order = tellAll(refunded({ at: 3 }, ['1', 'MUG', 3]));
    expect(sumOf(order.entries).flags).toEqual({});

    order.tell(placed({ at: 1 }, ['1', 'MUG', 2]));
    expect(sumOf(order.entries)).toMatchObject({ balances: {}, flags: { 'over-refund MUG -': 1 } });
  });
});

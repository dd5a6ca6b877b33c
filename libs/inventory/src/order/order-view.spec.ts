import { describe, expect, it } from '@jest/globals';
import { UNIT } from '#kernel';
import {
  cancelled,
  changed,
  type OrderTold,
  placed,
  refunded,
  returned,
  shipped,
} from '../../testing/order-messages.ts';
import { Telling } from '../../testing/telling.ts';

const SET_UP = { items: [{ sku: 'MUG' }, { sku: 'CUP' }], locations: ['main'] };

function told(...messages: OrderTold[]): Telling {
  const order = new Telling(SET_UP);
  for (const message of messages) order.tell(message);
  return order;
}

const two = placed({ at: 1 }, ['1', 'MUG', 2], ['2', 'CUP', 3]);
const mugs = shipped({ at: 2 }, ['1', 'MUG', 2]);
const cups = shipped({ at: 3 }, ['2', 'CUP', 3]);

describe('an order is shown', () => {
  it.each<[string, OrderTold[]]>([
    ['pending', [mugs]],
    ['open', [two]],
    ['partially_shipped', [two, mugs]],
    ['shipped', [two, mugs, cups]],
    ['shipped', [two, mugs, cancelled({ at: 4 })]],
    ['cancelled', [two, cancelled({ at: 2 })]],
    ['cancelled', [placed({ at: 1 })]], // None of its lines could be.
    ['shipped', [two, mugs, cups, refunded({ at: 4 }, ['1', 'MUG', 2], ['2', 'CUP', 2])]],
    ['closed', [two, mugs, cups, refunded({ at: 4 }, ['1', 'MUG', 2], ['2', 'CUP', 3])]],
    ['closed', [two, mugs, cups, refunded({ at: 4 }, ['1', 'MUG', 2]), returned({ at: 5 }, ['2', 'CUP', 3])]],
    ['closed', [two, mugs, cancelled({ at: 4 }), returned({ at: 5 }, ['1', 'MUG', 2])]],
  ])('as %s', (status, messages) => {
    expect(told(...messages).view().status).toBe(status);
  });

  it('without a line, if none was told and nothing was sold', () => {
    expect(told(refunded({ at: 1 })).view()).toMatchObject({ status: 'pending', placedAt: null, lines: [] });
  });
});

describe('a line of an unknown item', () => {
  const line = (name: object) => ({ quantity: UNIT, ...name });
  const gtin = (value: string) => ({ identifier: { scheme: 'gtin', value } });
  const placing = placed({ at: 1 });
  const unknown: OrderTold = {
    ...placing,
    data: {
      ...placing.data,
      lines: [line(gtin('1')), line({ listing: 'a' }), line(gtin('2')), line({ listing: 'gtin:1' })],
    },
  };

  it('is shown by what was told of it, each apart from the others', () => {
    const shown = { sku: null, ordered: UNIT, open: UNIT, parked: true };
    expect(told(unknown).view().lines).toMatchObject([
      { line: '1', name: 'gtin:1', ...shown },
      { line: '2', name: 'a', ...shown },
      { line: '3', name: 'gtin:2', ...shown },
      { line: '4', name: 'gtin:1', ...shown },
    ]);
  });

  it('is shown by its SKU if that was told', () => {
    const order = told(changed({ at: 1 }, ['1', 'NEW', 1]), shipped({ at: 2 }, ['1', 'NEW', 1]));
    expect(order.view().lines).toEqual([expect.not.objectContaining({ name: expect.anything() })]);
    expect(order.view().shipments).toMatchObject([{ lines: [{ line: '1', sku: 'NEW' }] }]);
  });
});

it('an order no longer waits once goods of it have left', () => {
  const order = new Telling({ locations: ['main'] });
  order.tell(placed({ at: 1 }, ['1', 'MUG', 2]));
  expect(order.view().status).toBe('pending');
  order.use(SET_UP);
  order.tell(mugs);
  expect(order.view().status).toBe('shipped');
});

it('a shipment without tracking has none', () => {
  const bare = { ...mugs, data: { ...mugs.data, tracking: undefined } } as OrderTold;
  expect(told(two, bare).view().shipments).toMatchObject([{ shipmentId: 's2', tracking: null }]);
});

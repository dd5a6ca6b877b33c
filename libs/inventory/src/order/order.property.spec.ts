import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UNIT } from '#kernel';
import {
  cancelled,
  changed,
  type Line,
  type OrderTold,
  placed,
  refunded,
  returned,
  shipped,
} from '../../testing/order-messages.ts';
import { sumOf, Telling } from '../../testing/telling.ts';

const SET_UP = {
  items: [
    { sku: 'MUG' },
    { sku: 'CUP' },
    {
      sku: 'BOX',
      components: [
        { sku: 'MUG', quantity: 2 * UNIT },
        { sku: 'CUP', quantity: UNIT },
      ],
    },
  ],
  locations: ['main', 'shop'],
};

const units = fc.integer({ min: 1, max: 4 });
const sku = fc.constantFrom('MUG', 'CUP', 'BOX');
const named: fc.Arbitrary<Line> = fc.tuple(fc.constantFrom('1', '2', '3'), sku, units);
const unnamed: fc.Arbitrary<Line> = fc.tuple(sku, units);
const namedLines = fc.uniqueArray(named, { minLength: 1, maxLength: 3, selector: ([line]) => line });
const lines = fc.array(fc.oneof(named, unnamed), { minLength: 1, maxLength: 3 });
const place = fc.constantFrom('main', 'shop');
/** Few moments and two tellers, so that equal times are common. */
const terms = fc.record({ at: fc.integer({ min: 1, max: 6 }), source: fc.constantFrom('web', '3pl') });

const message: fc.Arbitrary<OrderTold> = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(terms, namedLines).map(([at, told]) => placed(at, ...told)) },
  fc.tuple(terms, lines).map(([at, told]) => changed(at, ...told)),
  fc.tuple(terms, lines).map(([at, told]) => cancelled(at, ...told)),
  terms.map((at) => cancelled(at)),
  {
    weight: 3,
    arbitrary: fc
      .tuple(terms, lines, place)
      .map(([at, told, location]) => shipped({ ...at, location }, ...told)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(terms, lines, place)
      .map(([at, told, location]) => returned({ ...at, location }, ...told)),
  },
  fc.tuple(terms, lines).map(([at, told]) => refunded(at, ...told)),
);

/** Facts of one order with ids of their own, and the same in another order of arrival with repeats. */
const twoTellings = fc
  .array(message, { minLength: 1, maxLength: 8 })
  .map((messages) =>
    messages.map((told, index): OrderTold => ({
      ...told,
      id: `m${index}`,
      data: { ...told.data, channel: 'web' } as never,
    })),
  )
  .chain((facts) =>
    fc.record({
      facts: fc.constant(facts),
      again: fc
        .array(fc.constantFrom(...facts), { maxLength: 4 })
        .chain((repeats) =>
          fc.shuffledSubarray([...facts, ...repeats], { minLength: facts.length + repeats.length }),
        ),
    }),
  );

/** Ids are `m0` to `m7`, each once. */
const byTime = (a: OrderTold, b: OrderTold): number =>
  a.occurredAt - b.occurredAt || (`${a.source} ${a.id}` < `${b.source} ${b.id}` ? -1 : 1);

function telling(messages: readonly OrderTold[]): Telling {
  const order = new Telling(SET_UP);
  for (const told of messages) order.put(told);
  return order;
}

describe('any order of arrival, with any repeats', () => {
  it('makes the same order and the same stock', () => {
    fc.assert(
      fc.property(twoTellings, ({ facts, again }) => {
        const one = telling(facts);
        const other = telling(again);

        expect(other.view().lines).toEqual(one.view().lines);
        expect(other.view()).toMatchObject({ status: one.view().status, placedAt: one.view().placedAt });
        expect(other.view().shipments).toEqual(one.view().shipments);
        expect(sumOf(other.entries)).toEqual(sumOf(one.entries));
      }),
      { numRuns: 400 },
    );
  });

  it('has the quantity last told by time of each line that always has its name', () => {
    fc.assert(
      fc.property(twoTellings, ({ facts, again }) => {
        const ordering = facts.filter(({ type }) => type === 'order.placed' || type === 'order.changed');
        fc.pre(ordering.every(({ data }) => data.lines!.every(({ line }) => line !== undefined)));
        const told = new Map<string, number>();
        for (const { data } of ordering.toSorted(byTime)) {
          for (const { line, sku, quantity } of data.lines!) told.set(`${line} ${sku}`, quantity);
        }

        const { lines } = telling(again).view();
        for (const { line, sku, ordered } of lines) expect(ordered).toBe(told.get(`${line} ${sku}`) ?? 0);
      }),
      { numRuns: 400 },
    );
  });

  it('leaves each line whole: ordered = open + shipped + cancelled while no more was shipped', () => {
    fc.assert(
      fc.property(twoTellings, ({ again }) => {
        for (const line of telling(again).view().lines) {
          expect(
            Math.min(line.ordered, line.open, line.cancelled, line.shipped, line.returned),
          ).toBeGreaterThanOrEqual(0);
          if (line.shipped <= line.ordered) {
            expect(line.open + line.shipped + line.cancelled).toBe(line.ordered);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it('moves no more back than left, once anything of the order is known', () => {
    fc.assert(
      fc.property(twoTellings, ({ again }) => {
        const order = telling(again);
        fc.pre(again.some(({ type }) => type === 'order.placed' || type === 'order.shipped'));
        const { balances } = sumOf(order.entries);
        for (const item of ['MUG', 'CUP'])
          expect(balances[`${item} customer`] ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 300 },
    );
  });
});

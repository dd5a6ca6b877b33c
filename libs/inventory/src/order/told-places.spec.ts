import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UNIT } from '#kernel';
import { Books } from '../../testing/books.ts';
import { received } from '../../testing/entries.ts';
import { cancelled, changed, type OrderTold, placed, shipped } from '../../testing/order-messages.ts';
import { Telling } from '../../testing/telling.ts';
import { stockAsOf } from '../timeline/stock-as-of.ts';

const SET_UP = { items: [{ sku: 'MUG' }], locations: ['main', 'shop'] };

/** A line that says where it is wanted. */
const at = (location: string | undefined, told: OrderTold): OrderTold =>
  ({
    ...told,
    data: { ...told.data, lines: told.data.lines?.map((line) => ({ ...line, location })) },
  }) as OrderTold;

/** An order's facts in the order in which they are told, with the books of its item. */
class World {
  readonly books = new Books();
  readonly order = new Telling(SET_UP);

  tell(...told: OrderTold[]): this {
    for (const each of told) this.books.post(this.order.tell(each), this.order.told.revision + 1);
    return this;
  }

  /** From `main`, to `shop`. */
  reallocate(quantity: number, now: number): void {
    const order = { channel: 'web', orderId: 'o1', line: '1', from: 'main', to: 'shop' };
    const { answer } = this.books.ask(
      'MUG',
      { type: 'reallocate', reallocationId: `r${now}`, ...order, quantity: quantity * UNIT },
      now,
    );
    expect(answer).toBeUndefined();
  }

  committed(moment = Number.POSITIVE_INFINITY): Record<string, number> {
    return byPlace(stockAsOf(this.books.book('MUG').stream, moment));
  }

  kept(): Record<string, number> {
    return byPlace(this.books.state('MUG').places);
  }
}

const byPlace = (places: readonly { location: string; committed: number }[]): Record<string, number> =>
  Object.fromEntries(
    places
      .filter(({ committed }) => committed !== 0)
      .map(({ location, committed }) => [location, committed / UNIT]),
  );

describe('the place where an order wants a line', () => {
  const three = changed({ at: 2 }, ['1', 'MUG', 3]);
  const five = at('shop', placed({ at: 1 }, ['1', 'MUG', 5]));

  it('is where it is promised, even if it is told after the promise was made', () => {
    const late = new World().tell(three, five);
    expect(late.kept()).toEqual({ shop: 3 });
    expect(new World().tell(five, three).kept()).toEqual({ shop: 3 });
    expect([0, 1, 2].map((moment) => late.committed(moment))).toEqual([{}, { shop: 5 }, { shop: 3 }]);
  });

  it('is the one told last by time, and was a different one before', () => {
    const first = at('main', placed({ at: 1 }, ['1', 'MUG', 3]));
    const then = at('shop', changed({ at: 3 }, ['1', 'MUG', 3]));
    const expected = [{}, { main: 3 }, { main: 3 }, { shop: 3 }];
    for (const told of [
      [first, then],
      [then, first],
    ]) {
      const world = new World().tell(...told);
      expect(world.kept()).toEqual({ shop: 3 });
      expect([0, 1, 2, 3].map((moment) => world.committed(moment))).toEqual(expected);
    }
  });

  it('was where OnHand chose until the fact’s own time, even if it is told late', () => {
    const chosen = placed({ at: 1 }, ['1', 'MUG', 5]);
    const last = changed({ at: 5 }, ['1', 'MUG', 3]);
    const between = at('shop', changed({ at: 3 }, ['1', 'MUG', 4]));
    const world = new World().tell(chosen, last, between);
    expect([1, 2, 3, 4, 5].map((moment) => world.committed(moment))).toEqual([
      { main: 5 },
      { main: 5 },
      { shop: 4 },
      { shop: 4 },
      { shop: 3 },
    ]);
  });

  it('moves nothing that was reallocated after it was told', () => {
    const world = new World();
    world.books.post([received(9, 1), received(9, 1, { location: 'shop' })]);
    world.tell(at('main', placed({ at: 1 }, ['1', 'MUG', 5])));
    world.reallocate(2, 20);
    world.tell(at('main', changed({ at: 30 }, ['1', 'MUG', 6])));
    expect(world.kept()).toEqual({ main: 4, shop: 2 });
  });

  it('moves what was reallocated before it, but nothing that was reallocated after it', () => {
    for (const [time, expected] of [
      [10, { shop: 2, attic: 3 }],
      [30, { attic: 5 }],
    ] as const) {
      const world = new World();
      world.order.use({ ...SET_UP, locations: [...SET_UP.locations, 'attic'] });
      world.books.post([received(9, 1), received(9, 1, { location: 'shop' })]);
      world.tell(placed({ at: 1 }, ['1', 'MUG', 5]));
      world.reallocate(2, 20);
      world.tell(at('attic', changed({ at: time }, ['1', 'MUG', 5])));
      expect(world.kept()).toEqual(expected);
      expect(world.committed()).toEqual(expected);
    }
  });

  it('is ignored while nobody knows it', () => {
    const world = new World().tell(placed({ at: 1 }, ['1', 'MUG', 5]));
    world.tell(at('nowhere', changed({ at: 2 }, ['1', 'MUG', 6])), changed({ at: 3 }, ['1', 'MUG', 7]));
    expect(world.kept()).toEqual({ main: 7 });
  });
});

const moment = fc.integer({ min: 1, max: 6 });
const units = fc.integer({ min: 0, max: 4 });
const place = fc.constantFrom('main', 'shop');
const fact: fc.Arbitrary<OrderTold> = fc.oneof(
  fc
    .tuple(moment, units, place)
    .map(([time, count, wanted]) => at(wanted, placed({ at: time }, ['1', 'MUG', count + 1]))),
  fc
    .tuple(moment, units, place)
    .map(([time, count, wanted]) => at(wanted, changed({ at: time }, ['1', 'MUG', count]))),
  moment.map((time) => cancelled({ at: time })),
  fc
    .tuple(moment, units, place)
    .map(([time, count, location]) => shipped({ at: time, location }, ['1', 'MUG', count + 1])),
);
const twoTellings = fc
  .array(fact, { minLength: 2, maxLength: 6 })
  .map((facts) => facts.map((told, index): OrderTold => ({ ...told, id: `m${index}` })))
  .chain((facts) => fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })));

describe('an order that always says where it wants its line', () => {
  it('has it promised there, now and as of any moment, in whatever order it is told', () => {
    fc.assert(
      fc.property(twoTellings, ([facts, again]) => {
        const [one, other] = [new World().tell(...facts), new World().tell(...again)];
        expect(other.kept()).toEqual(one.kept());
        for (const time of [1, 2, 3, 4, 5, 6]) expect(other.committed(time)).toEqual(one.committed(time));
        expect(one.committed()).toEqual(one.kept());
      }),
      { numRuns: 600 },
    );
  });
});

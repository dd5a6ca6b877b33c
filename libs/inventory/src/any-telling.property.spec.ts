import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UNIT } from '#kernel';
import { Books } from '../testing/books.ts';
import { type SetUp, Telling } from '../testing/telling.ts';
import { journalStreamOf } from './document/told-message.ts';
import { incoming, inTransit, sumOfAccounts } from './item/item-readers.ts';
import type { Message, MessageType } from './message.ts';
import { effectsOf } from './order/order-effects.ts';
import { orderOf } from './order/order-view.ts';
import { stockAsOf } from './timeline/stock-as-of.ts';

const SKUS = ['MUG', 'LID', 'GHOST'];
const KIT = {
  sku: 'KIT',
  components: [
    { sku: 'MUG', quantity: 2 * UNIT },
    { sku: 'LID', quantity: UNIT },
  ],
};
const LATER: SetUp = { items: [...SKUS.map((sku) => ({ sku })), KIT], locations: ['main', 'shop', 'attic'] };
/** At first nobody knows GHOST, nor the attic. */
const FIRST: SetUp = {
  items: LATER.items!.filter(({ sku }) => sku !== 'GHOST'),
  locations: ['main', 'shop'],
};

const sellable = fc.constantFrom(...SKUS, 'KIT');
const stocked = fc.constantFrom(...SKUS);
const place = fc.constantFrom('main', 'shop');
const shelf = fc.constantFrom('sellable', 'damaged');
/** Few moments, so that many facts share one. */
const at = fc.integer({ min: 1, max: 7 });
const MOMENTS = [1, 2, 3, 4, 5, 6, 7];
const units = fc.integer({ min: 1, max: 4 }).map((count) => count * UNIT);
const named = (sku: fc.Arbitrary<string>, quantity = units) =>
  fc.uniqueArray(fc.record({ line: fc.constantFrom('1', '2', '3'), sku, quantity, disposition: shelf }), {
    minLength: 1,
    maxLength: 3,
    selector: ({ line }) => line,
  });
const unnamed = fc.array(
  fc.record({
    line: fc.constantFrom('1', '2', undefined),
    sku: sellable,
    quantity: units,
    disposition: shelf,
  }),
  { minLength: 1, maxLength: 2 },
);
/** Of an order that may say where it wants them promised. */
const placedAt = (lines: fc.Arbitrary<object[]>) =>
  fc
    .tuple(
      lines,
      fc.array(fc.constantFrom(undefined, 'main', 'shop', 'attic'), { minLength: 3, maxLength: 3 }),
    )
    .map(([told, places]) => told.map((line, index) => ({ ...line, location: places[index] })));
const order = { orderId: fc.constantFrom('1', '2'), channel: fc.constant('web') };
const document = { documentId: fc.constantFrom('d1', 'd2'), location: place };
const transfer = fc.constantFrom({ from: 'main', to: 'shop' }, { from: 'shop', to: 'main' });

const DATA: readonly (readonly [MessageType, fc.Arbitrary<object>])[] = [
  ['order.placed', fc.record({ ...order, lines: placedAt(named(sellable)) })],
  ['order.changed', fc.record({ ...order, lines: placedAt(unnamed) })],
  ['order.cancelled', fc.record({ ...order, lines: unnamed })],
  ['order.cancelled', fc.record(order)],
  ['order.shipped', fc.record({ ...order, shipmentId: fc.constant('s'), location: place, lines: unnamed })],
  ['order.returned', fc.record({ ...order, returnId: fc.constant('r'), location: place, lines: unnamed })],
  ['order.refunded', fc.record({ ...order, refundId: fc.constant('f'), lines: unnamed })],
  [
    'sale.completed',
    fc.record({ saleId: fc.constantFrom('d1', 's2'), location: place, lines: named(sellable) }),
  ],
  [
    'sale.returned',
    fc.record({ returnId: fc.constantFrom('d1', 's2'), location: place, lines: named(sellable) }),
  ],
  [
    'stock.received',
    fc.record({ ...document, purchaseOrderId: fc.constantFrom('d2', undefined), lines: named(stocked) }),
  ],
  [
    'stock.expected',
    fc.record({
      ...document,
      expectedAt: fc.constant(99),
      lines: named(stocked, fc.oneof(fc.constant(0), units)),
    }),
  ],
  ['stock.shipped', fc.record({ ...document, lines: named(sellable) })],
  [
    'stock.adjusted',
    fc.record({
      ...document,
      reason: fc.constant('x'),
      lines: named(
        stocked,
        units.map((up) => UNIT - up || UNIT),
      ),
    }),
  ],
  ['stock.counted', fc.record({ ...document, lines: named(stocked) })],
  [
    'stock.snapshot',
    fc.record({
      ...document,
      asOf: at,
      watermark: fc.constantFrom(undefined, 2, 4),
      complete: fc.boolean(),
      lines: named(stocked),
    }),
  ],
  [
    'transfer.shipped',
    fc
      .tuple(transfer, fc.constantFrom('t1', 't2'), named(sellable))
      .map(([way, transferId, lines]) => ({ ...way, transferId, lines })),
  ],
  [
    'transfer.received',
    fc
      .tuple(transfer, fc.constantFrom('t1', 't2'), named(sellable))
      .map(([way, transferId, lines]) => ({ ...way, transferId, lines })),
  ],
];

const message: fc.Arbitrary<Message> = fc
  .constantFrom(...DATA)
  .chain(([type, data]) =>
    fc.record({
      type: fc.constant(type),
      source: fc.constantFrom('web', 'wms'),
      occurredAt: at,
      sequence: fc.constantFrom(undefined, 1, 3, 5),
      data,
    }),
  )
  .map((told) => told as unknown as Message);

/** The same messages in two orders of arrival, the second with repeats; GHOST becomes known somewhere in each. */
const tellings = fc
  .array(message, { minLength: 1, maxLength: 12 })
  .map((told) => told.map((one, index): Message => ({ ...one, id: `${(index * 7) % 10}-${index}` })))
  .chain((told) =>
    fc.record({
      told: fc.constant(told),
      again: fc
        .array(fc.constantFrom(...told), { maxLength: 3 })
        .chain((more) => fc.shuffledSubarray([...told, ...more], { minLength: told.length + more.length })),
      known: fc.nat({ max: 12 }),
      knownAgain: fc.nat({ max: 12 }),
    }),
  );

/** The journal and the ledger by their rules alone. */
class World {
  readonly books = new Books();
  readonly tellings = new Map<string, Telling>();
  #setUp = FIRST;

  tell(told: Message): void {
    const outcome = this.#telling(journalStreamOf(told)).put(told);
    if (Array.isArray(outcome)) this.books.post(outcome);
    else if (outcome !== 'repeated') throw new Error(JSON.stringify(outcome));
  }

  /** GHOST is defined: what waits for it is released, in whatever order. */
  know(): void {
    this.#setUp = LATER;
    for (const telling of this.tellings.values()) {
      for (const { message: told, parked } of telling.told.facts.toReversed()) {
        const entries = parked.length > 0 && telling.release(told.source, told.id, LATER);
        if (entries) this.books.post(entries);
      }
    }
  }

  #telling(stream: string): Telling {
    const telling = this.tellings.get(stream) ?? new Telling(this.#setUp);
    telling.use(this.#setUp);
    this.tellings.set(stream, telling);
    return telling;
  }
}

function worldOf(told: readonly Message[], known: number): World {
  const world = new World();
  for (const [index, one] of told.entries()) {
    if (index === known) world.know();
    world.tell(one);
  }
  if (known >= told.length) world.know();
  return world;
}

/** What must not depend on the order of arrival; where a promise was made may, unless its place is told. */
function outcomeOf({ books, tellings: all }: World) {
  const items = SKUS.map((sku) => {
    const state = books.state(sku);
    expect(sumOfAccounts(state)).toBe(0);
    const stock: Record<string, number> = {};
    for (const { location, stock: shelves } of state.places) {
      for (const { disposition, onHand } of shelves)
        if (onHand !== 0) stock[`${location}/${disposition}`] = onHand;
    }
    const moving = state.places.flatMap((each) => {
      const coming = inTransit(state, each);
      return coming === 0 ? [] : [[each.location, coming]];
    });
    const flags = Object.entries(state.exceptions)
      .filter(([name]) => /over-(return|refund|shipment|receipt)|unlinked-return/.test(name))
      .map(([name, { quantity }]) => `${name} ${quantity / UNIT}`);
    return {
      sku,
      stock,
      committed: state.places.reduce((sum, { committed }) => sum + committed, 0),
      committedThen: MOMENTS.map((moment) => committedAsOf(books, sku, moment)),
      moving: Object.fromEntries(moving),
      incoming: ['main', 'shop'].map((each) => incoming(state, each)),
      flags: flags.sort(),
    };
  });
  const orders = [...all]
    .filter(([stream]) => stream.startsWith('order-'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { items, orders: orders.map(([, telling]) => telling.view().lines) };
}

const committedAsOf = (books: Books, sku: string, moment: number): number =>
  stockAsOf(books.book(sku).stream, moment).reduce((sum, { committed }) => sum + committed, 0);

describe('any order of arrival of everything that may be told, with any repeats', () => {
  it('ends in the same stock, promises (now and as of any moment), expectations, flags and orders', () => {
    fc.assert(
      fc.property(tellings, ({ told, again, known, knownAgain }) => {
        expect(outcomeOf(worldOf(again, knownAgain))).toEqual(outcomeOf(worldOf(told, known)));
      }),
      { numRuns: 600 },
    );
  });

  it('promises what orders have open where they want it, whenever they say where', () => {
    fc.assert(
      fc.property(tellings, ({ again, knownAgain }) => {
        const { books, tellings: all } = worldOf(again, knownAgain);
        for (const [stream, { told }] of all) {
          if (!stream.startsWith('order-')) continue;
          for (const { line, sku, location, quantity } of effectsOf(orderOf(told)).opens.values()) {
            if (location === undefined || quantity === 0) continue;
            const ofItem = Object.values(books.state(sku).commitments).flat();
            const promised = ofItem.filter(
              (each) => stream.endsWith(`:${each.orderId}`) && each.line === line,
            );
            expect(promised.map((each) => [each.location, each.quantity])).toEqual([[location, quantity]]);
          }
        }
      }),
      { numRuns: 600 },
    );
  });

  it('promises exactly what orders have open', () => {
    fc.assert(
      fc.property(tellings, ({ again, knownAgain }) => {
        const world = worldOf(again, knownAgain);
        const { items, orders } = outcomeOf(world);
        const open = (sku: string): number =>
          orders.flat().reduce((sum, line) => {
            const parts = line.sku === 'KIT' ? KIT.components : [{ sku: line.sku, quantity: UNIT }];
            return (
              sum +
              parts.reduce((of, part) => of + (part.sku === sku ? (line.open * part.quantity) / UNIT : 0), 0)
            );
          }, 0);
        expect(items.map(({ committed }) => committed)).toEqual(SKUS.map(open));
      }),
      { numRuns: 200 },
    );
  });
});

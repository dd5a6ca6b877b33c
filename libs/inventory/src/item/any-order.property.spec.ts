import fc from 'fast-check';
import type { Quantity } from '#kernel';
import { Books } from '../../testing/books.ts';
import {
  LOCATIONS,
  SHELVES,
  type Stock,
  stockByContract,
  sumOf,
  type Told,
  withoutZeros,
} from '../../testing/stock-by-contract.ts';
import {
  ADJUSTMENT,
  CUSTOMER,
  type Count,
  type Entry,
  type FactKey,
  inTransitAccount,
  type Move,
  onHandAccount,
  SUPPLIER,
  type Sweep,
} from '../entry.ts';
import { stockAsOf } from '../timeline/stock-as-of.ts';
import { evolveItem } from './evolve-item.ts';
import { incoming, inTransit, sumOfAccounts, totalsOf } from './item-readers.ts';
import { emptyItem, type ItemState } from './item-state.ts';

const SKUS = ['MUG', 'LID'];
const SOURCES = ['pos', 'wms'];

const sku = fc.constantFrom(...SKUS);
const location = fc.constantFrom(...LOCATIONS);
const shelf = fc.constantFrom(...SHELVES);
const quantity = fc.integer({ min: 1, max: 9 });
/** Few moments, so that many facts share one. */
const at = fc.integer({ min: 1, max: 8 });
const source = fc.constantFrom(...SOURCES);
const sequence = fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined });

const key = fc.record({ at, source, id: fc.constant(''), document: fc.constantFrom('d1', 'd2') });

const outside = fc.constantFrom(SUPPLIER, CUSTOMER, ADJUSTMENT);
const onHandAccounts = fc.tuple(location, shelf).map(([where, what]) => onHandAccount(where, what));
const way = fc.oneof(
  fc.tuple(outside, onHandAccounts),
  fc.tuple(onHandAccounts, outside),
  location.chain((where) => {
    const [a, b] = SHELVES.map((what) => onHandAccount(where, what)) as [string, string];
    return fc.constantFrom([a, b] as const, [b, a] as const);
  }),
  fc.tuple(onHandAccounts, location.map(inTransitAccount)),
  fc.tuple(location.map(inTransitAccount), onHandAccounts),
);

const movement: fc.Arbitrary<Told> = fc
  .record({ key, sku, way, quantity, sequence, order: fc.option(fc.constantFrom('po-1', 'po-2')) })
  .map(({ way: [from, to], order, ...rest }): Told => {
    const isReceipt = from === SUPPLIER;
    const move: Move = { kind: 'move', cause: isReceipt ? 'receipt' : 'adjustment', from, to, ...rest };
    return [isReceipt && order !== null ? { ...move, expectation: order } : move];
  });

const counted = fc.record({ sku, shelf, quantity: fc.integer({ min: 0, max: 9 }) });

const count: fc.Arbitrary<Told> = fc
  .record({ key, location, lines: fc.array(counted, { minLength: 1, maxLength: 3 }) })
  .map(({ lines, ...rest }) => lines.map((line) => countEntry({ ...rest, ...line, cause: 'count' })));

/** Few documents, each of one moment and place, so that several messages belong to one. */
const snapshotDocument = fc.constantFrom(
  { key: { at: 3, source: 'wms', id: '', document: 's1' }, location: 'main' },
  { key: { at: 5, source: 'wms', id: '', document: 's2' }, location: 'main' },
  { key: { at: 5, source: 'pos', id: '', document: 's3' }, location: 'main' },
  { key: { at: 6, source: 'wms', id: '', document: 's4' }, location: 'shop' },
);

/** Complete or not, with a watermark or not. */
const snapshot: fc.Arbitrary<Told> = fc
  .record({
    document: snapshotDocument,
    watermark: sequence,
    isComplete: fc.boolean(),
    lines: fc.array(counted, { maxLength: 3 }),
  })
  .map(({ document, lines, isComplete, watermark }) => {
    const of = { ...document, watermark };
    const counts = lines.map((line) => countEntry({ ...of, ...line, cause: 'snapshot' }));
    const sweep: Sweep = { kind: 'sweep', listed: lines.map((line) => line.sku), ...of };
    return isComplete ? [...counts, sweep] : counts;
  });

function countEntry(line: {
  key: FactKey;
  sku: string;
  location: string;
  shelf: (typeof SHELVES)[number];
  quantity: Quantity;
  watermark?: number;
  cause: 'count' | 'snapshot';
}): Count {
  const { shelf: disposition, ...rest } = line;
  return { kind: 'count', disposition, ...rest };
}

const expectation: fc.Arbitrary<Told> = fc
  .record({
    key,
    sku,
    location,
    quantity: fc.integer({ min: 0, max: 9 }),
    documentId: fc.constantFrom('po-1', 'po-2'),
  })
  .map((expect): Told => [{ kind: 'expect', expectedAt: 99, ...expect }]);

const promise: fc.Arbitrary<Told> = fc
  .record({
    key,
    sku,
    orderId: fc.constantFrom('1', '2'),
    line: fc.constantFrom('a', 'b'),
    quantity: fc.integer({ min: 0, max: 9 }),
    location: fc.option(location, { nil: undefined }),
    near: fc.option(location, { nil: undefined }),
  })
  .map((open): Told => [{ kind: 'open', channel: 'web', ...open }]);

/** Messages of these kinds with names of their own, and an order of arrival. */
const factsOf = (...kinds: fc.Arbitrary<Told>[]) =>
  fc
    .array(fc.oneof(...kinds), { maxLength: 14 })
    .map((told) => told.map((entries, index) => entries.map((entry) => withId(entry, index))))
    .chain((told) =>
      fc.record({
        told: fc.constant(told),
        arrival: fc.shuffledSubarray([...told.keys()], { minLength: told.length, maxLength: told.length }),
      }),
    );

/** All there is. */
const facts = factsOf(movement, movement, movement, count, snapshot, expectation, promise);

/** What snapshots are about: few goods at one place, and many words about them. */
const snapshots = factsOf(
  snapshot,
  fc
    .record({ key, shelf, quantity, sequence, isIn: fc.boolean() })
    .map(({ shelf: what, isIn, ...rest }): Told => {
      const account = onHandAccount('main', what);
      const from = isIn ? SUPPLIER : account;
      const to = isIn ? account : SUPPLIER;
      return [{ kind: 'move', cause: 'adjustment', sku: 'MUG', from, to, ...rest }];
    }),
);

/** Ids that sort otherwise than they were told. */
const withId = (entry: Entry, index: number): Entry => ({
  ...entry,
  key: { ...entry.key, id: `${(index * 7) % 10}-${index}` },
});

/** The journal says of an order line only what holds by then: the last word on it is the same in any order. */
function inArrival(told: readonly Told[], arrival: readonly number[]): Told[] {
  const lineOf = (index: number): string | undefined => {
    const [first] = told[index]!;
    return first?.kind === 'open' ? `${first.sku} ${first.orderId} ${first.line}` : undefined;
  };
  const inOrder = new Map<string, number[]>();
  for (const index of told.keys()) {
    const line = lineOf(index);
    if (line !== undefined) inOrder.set(line, [...(inOrder.get(line) ?? []), index]);
  }
  return arrival.map((index) => {
    const line = lineOf(index);
    return told[line === undefined ? index : inOrder.get(line)!.shift()!]!;
  });
}

function seen(state: ItemState): Stock {
  const onHand: Record<string, Quantity> = {};
  const transit: Record<string, Quantity> = {};
  for (const place of state.places) {
    for (const stock of place.stock) {
      if (stock.onHand !== 0) onHand[onHandAccount(place.location, stock.disposition)] = stock.onHand;
    }
    const coming = inTransit(state, place);
    if (coming !== 0) transit[place.location] = coming;
  }
  return {
    onHand,
    inTransit: transit,
    incoming: withoutZeros(LOCATIONS.map((where) => [where, incoming(state, where)])),
    committed: totalsOf(state).committed,
  };
}

describe('the same facts in any order of arrival', () => {
  it('give the same stock, which is what the contract says, and all accounts sum to 0 at every step', () => {
    fc.assert(
      fc.property(facts, ({ told, arrival }) => {
        const books = new Books();
        for (const entries of inArrival(told, arrival)) {
          books.post(entries);
          for (const each of SKUS) expect(sumOfAccounts(books.state(each))).toBe(0);
        }
        for (const each of SKUS) expect(seen(books.state(each))).toEqual(stockByContract(told, each));
      }),
      { numRuns: 1_000 },
    );
  });

  it('have their effect once: what posting repeats after a crash does nothing', () => {
    fc.assert(
      fc.property(facts, ({ told, arrival }) => {
        const books = new Books();
        for (const entries of inArrival(told, arrival)) {
          books.post(entries);
          expect(books.postAgain()).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('give the same stock even if they are snapshots in parts, complete or not', () => {
    fc.assert(
      fc.property(snapshots, ({ told, arrival }) => {
        const books = new Books();
        for (const entries of inArrival(told, arrival)) books.post(entries);
        for (const each of SKUS) {
          expect(seen(books.state(each))).toEqual(stockByContract(told, each));
          expect(ofHistory(books.book(each).stream)).toEqual(stockByContract(told, each));
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('leave events from which the same state is folded, and the same history is read', () => {
    fc.assert(
      fc.property(facts, ({ told, arrival }) => {
        const books = new Books();
        for (const entries of inArrival(told, arrival)) books.post(entries);
        for (const each of SKUS) {
          const { state, stream } = books.book(each);
          const again = emptyItem();
          for (const event of stream) {
            evolveItem(again, JSON.parse(JSON.stringify(event)) as (typeof stream)[number]);
          }
          expect(JSON.stringify(again)).toBe(JSON.stringify(state));
          expect(ofHistory(stream)).toEqual({ ...stockByContract(told, each), committed: expect.anything() });
        }
      }),
      { numRuns: 500 },
    );
  });
});

function ofHistory(stream: Parameters<typeof stockAsOf>[0]): Stock {
  const places = stockAsOf(stream, Infinity);
  const shelves = places.flatMap(({ location: where, onHand }) =>
    Object.entries(onHand).map(([what, amount]): [string, Quantity] => [`${where}/${what}`, amount]),
  );
  return {
    onHand: withoutZeros(shelves),
    inTransit: withoutZeros(places.map((place) => [place.location, place.inTransit])),
    incoming: withoutZeros(places.map((place) => [place.location, place.incoming])),
    committed: sumOf(places.map((place) => place.committed)),
  };
}

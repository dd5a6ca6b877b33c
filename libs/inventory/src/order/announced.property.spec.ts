import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Instant, type Quantity, UNIT } from '#kernel';
import { Books } from '../../testing/books.ts';
import {
  cancelled,
  changed,
  type Line,
  type OrderTold,
  placed,
  shipped,
} from '../../testing/order-messages.ts';
import { Telling } from '../../testing/telling.ts';
import type { HoldEnd } from '../entry.ts';
import type { AnnouncedLine } from '../journal-event.ts';
import { stockAsOf } from '../timeline/stock-as-of.ts';

const BOX = [
  { sku: 'MUG', quantity: 2 * UNIT },
  { sku: 'CUP', quantity: UNIT },
];
const SET_UP = {
  items: [{ sku: 'MUG' }, { sku: 'CUP' }, { sku: 'BOX', components: BOX }],
  locations: ['main', 'shop'],
};
const ITEMS = ['MUG', 'CUP'];

const units = fc.integer({ min: 1, max: 4 });
const sku = fc.constantFrom('MUG', 'CUP', 'BOX');
const named: fc.Arbitrary<Line> = fc.tuple(fc.constantFrom('1', '2', '3'), sku, units);
const unnamed: fc.Arbitrary<Line> = fc.tuple(sku, units);
const namedLines = fc.uniqueArray(named, { minLength: 1, maxLength: 2, selector: ([line]) => line });
const lines = fc.array(fc.oneof(named, unnamed), { minLength: 1, maxLength: 2 });
const place = fc.constantFrom('main', 'shop');
const at = fc.record({ at: fc.integer({ min: 1, max: 6 }) });

const fact: fc.Arbitrary<OrderTold> = fc.oneof(
  fc.tuple(at, lines).map(([time, told]) => changed(time, ...told)),
  { weight: 2, arbitrary: fc.tuple(at, lines).map(([time, told]) => cancelled(time, ...told)) },
  at.map((time) => cancelled(time)),
  fc.tuple(at, lines, place).map(([time, told, location]) => shipped({ ...time, location }, ...told)),
);

/** A reservation that is confirmed for the order; what it holds lies at one place. */
interface Confirmed {
  readonly reservationId: string;
  readonly lines: readonly AnnouncedLine[];
  readonly location: string;
  /** The order hears of it only after what comes next. */
  readonly isSlow: boolean;
}

const confirmed = fc.record({
  lines: fc.array(fc.tuple(sku, units), { minLength: 1, maxLength: 2 }).map((told) =>
    told.map(([name, count]) => ({
      sku: name,
      quantity: count * UNIT,
      ...(name === 'BOX' && { components: BOX }),
    })),
  ),
  location: place,
  isSlow: fc.boolean(),
});

type Step = { readonly fact: OrderTold } | { readonly confirmed: Confirmed };

const steps = fc
  .tuple(fc.array(fact, { maxLength: 4 }), fc.array(confirmed, { minLength: 1, maxLength: 2 }))
  .map(([facts, reservations]): Step[] => [
    ...facts.map((told, index) => ({ fact: { ...told, id: `m${index}` } })),
    ...reservations.map((each, index) => ({ confirmed: { ...each, reservationId: `r${index}` } })),
  ]);
const shuffledTwice = steps.chain((all) =>
  fc.tuple(
    fc.shuffledSubarray(all, { minLength: all.length }),
    fc.shuffledSubarray(all, { minLength: all.length }),
  ),
);

/** An order with its items' books, as posting keeps them. */
class World {
  readonly books = new Books();
  readonly order = new Telling(SET_UP);
  #confirmedAt: Instant;
  #unheard: (() => void)[] = [];

  constructor(firstConfirmedAt: Instant = 11) {
    this.#confirmedAt = firstConfirmedAt - 1;
  }

  take(step: Step): void {
    const unheard = this.#unheard.splice(0);
    if ('fact' in step) this.books.post(this.order.tell(step.fact));
    else this.#confirm(step.confirmed);
    for (const hear of unheard) hear();
  }

  /** The order has heard of all that was confirmed. */
  get isSettled(): boolean {
    return this.#unheard.length === 0;
  }

  settle(): this {
    for (const hear of this.#unheard.splice(0)) hear();
    return this;
  }

  /** First its items promise what they held; then the order hears of it. */
  #confirm({ reservationId, lines: told, location, isSlow }: Confirmed): void {
    const promised = itemsOf(told);
    const confirmedAt = ++this.#confirmedAt;
    const key = { at: confirmedAt, source: 'web', id: reservationId, document: reservationId };
    for (const [item, quantity] of promised) {
      const parts = [{ location, quantity }];
      const hold = { reservationId, request: 0, channel: 'web', parts, expiresAt: 99, recordedAt: 0 };
      const wanted = parts.map((part) => ({ ...part }));
      this.books.ask(item, { ...hold, type: 'reserve', wanted, partial: false, step: UNIT });
    }
    const entries = [...promised].map(([item, quantity]): HoldEnd => {
      const order = { channel: 'web', orderId: 'o1', quantity };
      return { kind: 'hold', key, sku: item, reservationId, request: 0, end: 'confirmed', ...order };
    });
    this.books.post(entries);
    this.#unheard.push(() =>
      this.books.post(this.order.announce({ reservationId, confirmedAt, lines: told }) ?? []),
    );
    if (!isSlow) this.settle();
  }

  committed(): Record<string, Quantity> {
    return Object.fromEntries(
      ITEMS.map((item) => {
        const held = Object.values(this.books.state(item).commitments).flat();
        return [item, held.reduce((sum, { quantity }) => sum + quantity, 0) / UNIT];
      }),
    );
  }

  /** By item, where it is promised: as it is kept, and as its events say by their times. */
  places(): readonly { readonly kept: readonly string[]; readonly byTime: readonly string[] }[] {
    return ITEMS.map((item) => {
      const { state, stream } = this.books.book(item);
      return { kept: wordsOf(state.places), byTime: wordsOf(stockAsOf(stream, Number.POSITIVE_INFINITY)) };
    });
  }

  /** By item, in units. */
  promisedAsOf(moment: Instant): readonly Quantity[] {
    return ITEMS.map((item) => {
      const places = stockAsOf(this.books.book(item).stream, moment);
      return places.reduce((sum, { committed }) => sum + committed / UNIT, 0);
    });
  }

  /** What the order shows as open, by ordinary item. */
  open(): Record<string, Quantity> {
    const open = itemsOf(
      this.order.view().lines.map((line) => ({
        sku: line.sku!,
        quantity: line.open,
        ...(line.sku === 'BOX' && { components: BOX }),
      })),
    );
    return Object.fromEntries(ITEMS.map((item) => [item, (open.get(item) ?? 0) / UNIT]));
  }
}

const MOMENTS = [1, 2, 3, 4, 5, 6];

/** The first confirmation, of which the order hears at once. */
function promptly(steps: readonly Step[]): Step {
  const first = steps.find((step) => 'confirmed' in step)!;
  return { confirmed: { ...first.confirmed, isSlow: false } };
}

/** A fact that leaves no guess which line it is about. */
const namesItsLines = (step: Step): boolean =>
  'fact' in step && (step.fact.data.lines ?? []).every(({ line }) => line !== undefined);

const wordsOf = (places: readonly { location: string; committed: Quantity }[]): readonly string[] =>
  places.flatMap(({ location, committed }) => (committed === 0 ? [] : [`${location} ${committed}`])).sort();

function itemsOf(told: readonly AnnouncedLine[]): ReadonlyMap<string, Quantity> {
  const items = new Map<string, Quantity>();
  for (const { sku: name, quantity, components } of told) {
    for (const each of components ?? [{ sku: name, quantity: UNIT }]) {
      items.set(each.sku, (items.get(each.sku) ?? 0) + (quantity * each.quantity) / UNIT);
    }
  }
  return items;
}

describe('an order that reservations are confirmed for before it is placed', () => {
  it('is at every moment promised what it shows as open', () => {
    fc.assert(
      fc.property(shuffledTwice, ([all]) => {
        const world = new World();
        for (const step of all) {
          world.take(step);
          if (world.isSettled) expect(world.committed()).toEqual(world.open());
        }
        expect(world.settle().committed()).toEqual(world.open());
        for (const { kept, byTime } of world.places()) expect(byTime).toEqual(kept);
      }),
      { numRuns: 600 },
    );
  });

  it('is the same whichever was told or confirmed first', () => {
    fc.assert(
      fc.property(shuffledTwice, ([all, again]) => {
        const [one, other] = [new World(), new World()];
        for (const step of all) one.take(step);
        for (const step of again) other.take(step);
        expect(other.settle().order.view().lines).toEqual(one.settle().order.view().lines);
        expect(other.committed()).toEqual(one.committed());
      }),
      { numRuns: 600 },
    );
  });

  it('was promised the same at any moment, in whatever order later facts about its lines are told', () => {
    fc.assert(
      fc.property(shuffledTwice, ([all, again]) => {
        const [one, other] = [new World(0), new World(0)];
        for (const step of [promptly(all), ...all.filter(namesItsLines)]) one.take(step);
        for (const step of [promptly(all), ...again.filter(namesItsLines)]) other.take(step);
        for (const moment of MOMENTS) expect(other.promisedAsOf(moment)).toEqual(one.promisedAsOf(moment));
      }),
      { numRuns: 600 },
    );
  });

  it('was promised the same at any moment, whenever we are told that it had been placed before', () => {
    const placing = fc.tuple(fc.constantFrom(1, 2), namedLines, fc.nat(6));
    fc.assert(
      fc.property(shuffledTwice, placing, ([all, again], [time, told, place]) => {
        const placingStep = { fact: { ...placed({ at: time }, ...told), id: 'p' } };
        const [one, other] = [new World(3), new World(3)];
        const after = again.filter(
          (step) => namesItsLines(step) && 'fact' in step && step.fact.occurredAt > 3,
        );
        for (const step of [promptly(all), placingStep, ...after]) one.take(step);
        for (const step of [promptly(all), ...after.toSpliced(place, 0, placingStep)]) other.take(step);
        for (const moment of MOMENTS) expect(other.promisedAsOf(moment)).toEqual(one.promisedAsOf(moment));
      }),
      { numRuns: 600 },
    );
  });

  it('is in the end what its own messages say, as if nothing had been reserved', () => {
    fc.assert(
      fc.property(shuffledTwice, at, namedLines, ([all, again], time, told) => {
        const placing = { fact: { ...placed(time, ...told), id: 'p' } };
        const one = new World();
        for (const step of all) one.take(step);
        one.settle().take(placing);
        const other = new World();
        for (const step of [...again.filter((each) => 'fact' in each), placing]) other.take(step);
        expect(one.order.view().lines).toEqual(other.order.view().lines);
        expect(one.committed()).toEqual(one.open());
        expect(one.committed()).toEqual(other.committed());
        for (const { kept, byTime } of one.places()) expect(byTime).toEqual(kept);
      }),
      { numRuns: 600 },
    );
  });
});

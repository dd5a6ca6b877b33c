import { between, oneOf, type Random, randomOf } from '../fixtures/random.ts';

/** A made-up day: what happened, what was asked and what was set up, none of it in the order in which it is told. */
export interface Day {
  readonly facts: readonly Fact[];
  readonly requests: readonly Request[];
  readonly setUp: readonly SetUp[];
}

export interface Line {
  readonly line: string;
  readonly sku: string;
  readonly quantity: number;
}

/** One message. No two happen at one time. */
export interface Fact {
  readonly id: string;
  readonly source: 'web' | 'till' | 'wms';
  readonly type: string;
  /** Epoch ms. */
  readonly at: number;
  readonly data: {
    readonly location?: string;
    readonly from?: string;
    readonly to?: string;
    readonly orderId?: string;
    readonly lines?: readonly Line[];
    readonly [name: string]: unknown;
  };
}

export type Request =
  | { readonly kind: 'hold'; readonly id: string; readonly lines: readonly Line[]; readonly seconds: number }
  | {
      readonly kind: 'adjust';
      readonly id: string;
      readonly sku: string;
      readonly location: string;
      readonly change: number;
    };

/** What is put in the middle of it. */
export type SetUp =
  | { readonly kind: 'item'; readonly sku: string }
  | { readonly kind: 'location'; readonly id: string }
  | { readonly kind: 'policy'; readonly sku: string; readonly buffer: number };

export const KNOWN_SKUS = ['MUG', 'BOWL', 'PLATE'] as const;
/** Known only in the course of the day. */
const LATE_SKU = 'LATE';
export const KNOWN_LOCATIONS = ['east', 'west'] as const;
const LATE_LOCATION = 'attic';
const SKUS = [...KNOWN_SKUS, LATE_SKU];
const LOCATIONS = [...KNOWN_LOCATIONS, LATE_LOCATION];

export const DAY_BEGINS = Date.UTC(2026, 9, 31, 6);
const MINUTE_MS = 60_000;
/** What happens in a day. */
const STEPS = 12;
/** Of the day, each the moment of one fact at most. */
const MINUTES = 900;

export const dayOf = (seed: number): Day => new DayMaker(randomOf(seed)).make();

class DayMaker {
  readonly #random: Random;
  readonly #facts: Fact[] = [];
  readonly #minutes: number[];
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#minutes = shuffled(
      random,
      Array.from({ length: MINUTES }, (_, minute) => minute),
    );
  }

  make(): Day {
    for (let each = 0; each < STEPS; each++) {
      this.#fact('wms', 'stock.received', { documentId: this.#id('in'), ...this.#there(16) });
      this.#fact('till', 'sale.completed', { saleId: this.#id('sale'), ...this.#there(3) });
      this.#order();
      this.#order();
      if (each % 2 === 0) this.#transfer();
      if (each % 3 === 0)
        this.#fact('wms', 'stock.counted', { documentId: this.#id('count'), ...this.#there(20) });
      if (each % 4 === 0)
        this.#fact('till', 'sale.returned', { returnId: this.#id('back'), ...this.#there(2) });
    }
    return { facts: this.#facts, requests: this.#requests(), setUp: this.#setUp() };
  }

  #fact(source: Fact['source'], type: string, data: Fact['data'], at = this.#time()): void {
    this.#facts.push({ id: this.#id('m'), source, type, at, data });
  }

  #time = (): number => DAY_BEGINS + this.#minutes.pop()! * MINUTE_MS;

  /** Placed, and then what chance makes of it: shipped in part and cancelled, in either order, or neither. */
  #order(): void {
    const orderId = this.#id('order');
    const lines = this.#lines(4);
    const [first, ...later] = [this.#time(), this.#time(), this.#time()].sort((a, b) => a - b);
    const [shippedAt, cancelledAt] = shuffled(this.#random, later);
    this.#fact('web', 'order.placed', { orderId, lines }, first);
    if (this.#random() < 0.5) {
      const shipped = lines.map((line) => ({ ...line, quantity: between(this.#random, 1, line.quantity) }));
      const parcel = { shipmentId: this.#id('parcel'), location: oneOf(this.#random, LOCATIONS) };
      this.#fact('web', 'order.shipped', { orderId, ...parcel, lines: shipped }, shippedAt);
    }
    if (this.#random() < 0.3) this.#fact('web', 'order.cancelled', { orderId }, cancelledAt);
  }

  #transfer(): void {
    const [from, to] = shuffled(this.#random, LOCATIONS) as [string, string];
    const data = { transferId: this.#id('transfer'), from, to, lines: this.#lines(3) };
    this.#fact('wms', 'transfer.shipped', data);
    if (this.#random() < 0.8) this.#fact('wms', 'transfer.received', data);
  }

  #requests(): Request[] {
    return Array.from({ length: STEPS }, (_, index) =>
      index % 3 === 0
        ? {
            kind: 'adjust',
            id: this.#id('adjustment'),
            sku: oneOf(this.#random, KNOWN_SKUS),
            location: oneOf(this.#random, KNOWN_LOCATIONS),
            change: oneOf(this.#random, [-2, 1, 4]),
          }
        : {
            kind: 'hold',
            id: this.#id('hold'),
            lines: this.#lines(3, KNOWN_SKUS),
            seconds: between(this.#random, 60, 3_600),
          },
    );
  }

  #setUp(): SetUp[] {
    const policies = KNOWN_SKUS.map((sku) => {
      return { kind: 'policy', sku, buffer: between(this.#random, 0, 4) } as const;
    });
    return [{ kind: 'item', sku: LATE_SKU }, { kind: 'location', id: LATE_LOCATION }, ...policies];
  }

  #there(unitsMax: number): { location: string; lines: Line[] } {
    return { location: oneOf(this.#random, LOCATIONS), lines: this.#lines(unitsMax) };
  }

  #lines(unitsMax: number, among: readonly string[] = SKUS): Line[] {
    const skus = shuffled(this.#random, among).slice(0, between(this.#random, 1, 2));
    return skus.map((sku, index) => {
      return { line: String(index + 1), sku, quantity: between(this.#random, 1, unitsMax) };
    });
  }

  #id = (kind: string): string => `${kind}-${++this.#count}`;
}

export function shuffled<T>(random: Random, all: readonly T[]): T[] {
  const rest = [...all];
  return all.map(() => rest.splice(between(random, 0, rest.length - 1), 1)[0]!);
}

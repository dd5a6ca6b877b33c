import fc from 'fast-check';
import {
  type Channel,
  type Item,
  isRejection,
  type ItemEvent,
  type Policy,
  type PolicyFields,
  recompute,
} from '#inventory';
import { UNIT } from '#kernel';
import { NaiveWorld } from '../testing/naive-world.ts';
import {
  committed,
  held,
  holdEnded,
  more,
  type OpenedAvailability,
  openAvailability,
  openBooks,
  received,
  released,
  returned,
  shipped,
  sold,
} from '../testing/opened-availability.ts';
import type { ListingNumber } from './offer.ts';

/*
 * Any set-up, any events, in any order: after each, every number is what the contract says (computed the slow
 * way), has changed its version if and only if it changed, to the position of that event, and was previewed
 * where a policy changed it; and the picture made anew from the log is the same to the last byte.
 */

const SKUS = ['A', 'B', 'C', 'KIT', 'SET'];
const CHANNELS = ['web', 'pos', 'amz'];
const LOCATIONS = ['main', 'shop'];

const sku = fc.constantFrom(...SKUS);
const channelId = fc.constantFrom(...CHANNELS);
const location = fc.constantFrom(...LOCATIONS);
const units = fc.integer({ min: 1, max: 9 });
const quantity = fc.integer({ min: 0, max: 6 }).map((count) => count * UNIT);
const setAside = fc.constantFrom(5 * UNIT, 9 * UNIT);
const sometimes = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const item: fc.Arbitrary<Item> = fc
  .record({
    sku,
    name: fc.constant('n'),
    category: sometimes(fc.constantFrom('x', 'y')),
    decimals: fc.constantFrom(0, 0, 1),
    identifiers: fc.constant([]),
    components: fc.uniqueArray(
      fc.record({ sku, quantity: fc.integer({ min: 1, max: 3 }).map((count) => count * UNIT) }),
      {
        maxLength: 2,
        selector: (component) => component.sku,
      },
    ),
  })
  .map((told) => (told.sku.length > 1 ? told : { ...told, components: [] }))
  .map((told) => JSON.parse(JSON.stringify(told)) as Item);

const channel: fc.Arbitrary<Channel> = fc.record({
  id: channelId,
  name: fc.constant('n'),
  kind: fc.constant('pos' as const),
  locations: fc.shuffledSubarray(LOCATIONS),
  lists: fc.constantFrom('all', 'listed'),
  unknownItems: fc.constant('park' as const),
});

const fields: fc.Arbitrary<PolicyFields> = fc.record({
  safetyStock: sometimes(quantity),
  locationSafetyStock: sometimes(fc.dictionary(location, quantity)),
  buffer: sometimes(quantity),
  percent: sometimes(fc.constantFrom(0, 33 * UNIT, 50 * UNIT, 100 * UNIT)),
  cap: sometimes(setAside),
  stopAt: sometimes(quantity),
});
const allocations = fc.oneof(fc.constant(undefined), fc.dictionary(channelId, setAside, { minKeys: 1 }));

const policy = fc
  .oneof(
    fc.record({
      scope: fc.oneof(
        channelId.map((id) => `channel:${id}`),
        fc.tuple(channelId, fc.constantFrom(...SKUS, 'L1')).map(([id, named]) => `listing:${id}:${named}`),
      ),
      fields,
    }),
    fc.record({
      scope: fc.constantFrom('global', 'category:x', 'category:y', 'item:A', 'item:B', 'item:KIT'),
      fields: fc.tuple(fields, allocations).map(([others, set]) => ({ ...others, allocations: set })),
    }),
  )
  .chain((told) =>
    sometimes(fc.integer({ min: -20, max: 20 })).map((effectiveIn) => ({ ...told, effectiveIn })),
  )
  .map(
    (told) =>
      JSON.parse(JSON.stringify(told)) as { scope: string; fields: PolicyFields; effectiveIn?: number },
  );

const itemEvents: fc.Arbitrary<(now: number) => ItemEvent[]> = fc
  .record({
    channel: channelId,
    location,
    units,
    ago: fc.constantFrom(-5, 0, 0, 1, 10),
    hold: fc.constantFrom('r1', 'r2'),
  })
  .chain(({ channel: id, location: at, units: count, ago, hold }) => {
    const then = (now: number): number => now - ago * 1_000;
    return fc.constantFrom<(now: number) => ItemEvent[]>(
      (now) => [received(at, 6 * count, then(now))],
      (now) => [sold(id, at, count, then(now))],
      (now) => [more(shipped(id, at, count, then(now))), released(id, at, count)],
      (now) => [more(received(at, count, then(now))), more(sold(id, at, 1, then(now))), committed(id, at, 1)],
      (now) => [returned(id, at, count, then(now))],
      () => [committed(id, at, count)],
      () => [released(id, at, count)],
      () => [held(id, at, count, `${id}-${at}-${hold}`)],
      () => [holdEnded(`${id}-${at}-${hold}`)],
    );
  });

type Step = (run: Run) => Promise<void>;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(sku, itemEvents).map(
      ([of, events]): Step =>
        (run) =>
          run.tell(of, events),
    ),
  },
  {
    weight: 3,
    arbitrary: policy.map(
      (told): Step =>
        (run) =>
          run.putPolicy(told),
    ),
  },
  {
    weight: 2,
    arbitrary: item.map(
      (told): Step =>
        (run) =>
          run.putItem(told),
    ),
  },
  {
    weight: 1,
    arbitrary: channel.map(
      (told): Step =>
        (run) =>
          run.putChannel(told),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(location, fc.boolean()).map(
      ([id, active]): Step =>
        (run) =>
          run.putLocation(id, active),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        channel: channelId,
        listing: fc.constantFrom('L1', 'L2', 'A', 'KIT'),
        sku,
        unitsPer: fc.constantFrom(UNIT, 3 * UNIT),
      })
      .map(
        (told): Step =>
          (run) =>
            run.putListing(told),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 15 }).map(
      (seconds): Step =>
        (run) =>
          run.wait(seconds),
    ),
  },
);

const MERCHANT: readonly (readonly [string, string, readonly (readonly [string, number])[]])[] = [
  ['A', 'x', []],
  ['B', 'x', []],
  ['C', 'y', []],
  [
    'KIT',
    'z',
    [
      ['A', 2],
      ['B', 1],
    ],
  ],
  [
    'SET',
    'z',
    [
      ['KIT', 1],
      ['C', 2],
    ],
  ],
];

/** One history, step by step beside the naive world. */
class Run {
  readonly opened: OpenedAvailability;
  readonly naive = new NaiveWorld();
  readonly #waiting = new Map<string, Policy & { definedAt: number }>();
  #before = new Map<string, ListingNumber>();
  #allowed = new Set<number>();

  constructor(opened: OpenedAvailability) {
    this.opened = opened;
  }

  async tell(of: string, events: (now: number) => ItemEvent[]): Promise<void> {
    if (!this.naive.items.has(of)) return;
    const told = events(this.opened.clock.at);
    const positions = await this.opened.tell(of, ...told);
    this.naive.tell(of, told);
    this.check(positions.slice(-1));
  }

  async putItem(told: Item): Promise<void> {
    await this.#put(this.opened.desk.putItem(told), () => this.naive.items.set(told.sku, told));
  }

  async putChannel(told: Channel): Promise<void> {
    await this.#put(this.opened.desk.putChannel(told), () => this.naive.channels.set(told.id, told));
  }

  async putLocation(id: string, active: boolean): Promise<void> {
    const told = { id, name: 'n', kind: 'store', active } as const;
    await this.#put(this.opened.desk.putLocation(told), () => this.naive.locations.set(id, told));
  }

  async putListing(told: { channel: string; listing: string; sku: string; unitsPer: number }): Promise<void> {
    const key = `${told.channel}:${told.listing}`;
    await this.#put(this.opened.desk.putListing(told), () => this.naive.listings.set(key, told));
  }

  async putPolicy({
    scope,
    fields: told,
    effectiveIn,
  }: {
    scope: string;
    fields: PolicyFields;
    effectiveIn?: number;
  }): Promise<void> {
    const now = this.opened.clock.at;
    const effectiveAt = effectiveIn === undefined ? undefined : now + effectiveIn * 1_000;
    const put: Policy = { scope, fields: told, ...(effectiveAt !== undefined && { effectiveAt }) };
    if ((await this.opened.desk.checkPolicy(put)) !== undefined) return;
    const previewed = await this.#preview(put);
    let isNew = false;
    await this.#put(this.opened.desk.putPolicy(put), (position) => {
      isNew = true;
      this.#waiting.delete(scope);
      if (effectiveAt !== undefined && effectiveAt > now)
        this.#waiting.set(scope, { ...put, definedAt: position });
      else this.naive.apply(put, now);
    });
    if (!isNew || this.#waiting.has(scope)) return;
    expect(this.#changedNow()).toEqual(previewed);
  }

  async wait(seconds: number): Promise<void> {
    this.opened.clock.at += seconds * 1_000;
    for (const put of this.#waiting.values()) {
      if ((put.effectiveAt ?? 0) > this.opened.clock.at) continue;
      this.#waiting.delete(put.scope);
      const revision = this.opened.catalog.entry('policy', put.scope)?.revision ?? -1;
      const event = {
        id: crypto.randomUUID(),
        type: 'PolicyTookEffect',
        data: { scope: put.scope, definedAt: put.definedAt },
      };
      const outcome = await this.opened.store.append(`policy-${put.scope}`, revision, [event]);
      await this.opened.catchUp();
      this.naive.apply(put, this.opened.clock.at);
      this.check(outcome.outcome === 'written' ? outcome.positions : []);
    }
  }

  /** Every number is right; what changed has the version of this event, all others have kept theirs. */
  check(positions: readonly number[]): void {
    const { availability } = this.opened;
    const should = this.naive.numbers();
    this.#allowed = new Set(positions);
    const now = new Map<string, ListingNumber>();
    for (const id of CHANNELS) {
      for (const number of availability.numbersByListing(id, undefined, 1_000))
        now.set(`${id}:${number.listing}`, number);
    }
    for (const [key, available] of should) expect([key, now.get(key)?.available]).toEqual([key, available]);
    for (const [key, number] of now) {
      if (!should.has(key)) expect([key, number.available]).toEqual([key, 0]); // Listed no more.
      const before = this.#before.get(key);
      if (before?.available === number.available) expect(number.version).toBe(before.version);
      else expect(this.#allowed.has(number.version)).toBe(true);
      this.#checkExplained(number, should.has(key));
    }
    for (const key of this.#before.keys()) expect(now.has(key)).toBe(true);
    this.#last = this.#before;
    this.#before = now;
  }
  #last = new Map<string, ListingNumber>();

  #checkExplained({ channel: id, listing, available }: ListingNumber, isListed: boolean): void {
    const explained = this.opened.availability.explainNow(id, listing);
    expect(explained !== undefined).toBe(isListed);
    if (explained !== undefined) expect(recompute(explained.terms, explained.components)).toBe(available);
  }

  #changedNow(): Map<string, [number, number]> {
    const changed = new Map<string, [number, number]>();
    for (const [key, { available }] of this.#before) {
      const from = this.#last.get(key)?.available ?? 0;
      if (from !== available) changed.set(key, [from, available]);
    }
    return new Map([...changed].sort());
  }

  async #preview(put: Policy): Promise<Map<string, [number, number]>> {
    const previewed = new Map<string, [number, number]>();
    for await (const { channel: id, listing, from, to } of this.opened.availability.preview(
      [put],
      this.opened.clock.at,
    )) {
      previewed.set(`${id}:${listing}`, [from, to]);
    }
    return new Map([...previewed].sort());
  }

  async #put(
    answer: ReturnType<
      OpenedAvailability['desk']['putItem' | 'putPolicy' | 'putChannel' | 'putListing' | 'putLocation']
    >,
    taken: (position: number) => void,
  ): Promise<void> {
    const put = await answer;
    await this.opened.catchUp();
    if (isRejection(put)) return;
    if (put.outcome !== 'unchanged') taken(put.position);
    this.check([put.position]);
  }
}

it('every number is right after every event', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 50, size: 'max' }), async (steps) => {
      const opened = await openAvailability();
      try {
        const run = new Run(opened);
        for (const id of LOCATIONS) await run.putLocation(id, true);
        for (const id of CHANNELS) {
          const lists = id === 'amz' ? 'listed' : 'all';
          await run.putChannel({
            id,
            name: 'n',
            kind: 'pos',
            locations: LOCATIONS,
            lists,
            unknownItems: 'park',
          });
        }
        for (const [named, category, components] of MERCHANT) {
          const parts = components.map(([part, count]) => ({ sku: part, quantity: count * UNIT }));
          await run.putItem({
            sku: named,
            name: 'n',
            category,
            decimals: 0,
            identifiers: [],
            components: parts,
          });
          await run.tell(named, (now) => [
            received('main', 40, now - 60_000),
            received('shop', 25, now - 60_000),
          ]);
        }
        for (const take of steps) await take(run);

        const again = openBooks(opened.store);
        await again.projector.catchUp();
        expect(again.readModel.hash()).toBe(opened.readModel.hash());
        again.readModel.close();
      } finally {
        await opened.close();
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? 20), endOnFailure: true },
  );
}, 600_000);

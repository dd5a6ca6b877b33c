import fc from 'fast-check';
import { type Channel, isRejection, type Item, type ItemEvent, type Policy, recompute } from '#inventory';
import { UNIT } from '#kernel';
import {
  anyStep,
  CHANNELS,
  type ListingTold,
  LOCATIONS,
  type PolicyTold,
  type World,
} from '../testing/any-step.ts';
import { NaiveWorld } from '../testing/naive-world.ts';
import {
  type OpenedAvailability,
  openAvailability,
  openBooks,
  received,
} from '../testing/opened-availability.ts';
import type { ListingNumber } from './offer.ts';

/*
 * Any set-up, any events, in any order: after each, every number is what the contract says (computed the slow
 * way), has changed its version if and only if it or its item changed, to the position of that event, and was previewed
 * where a policy changed it; and the picture made anew from the log is the same to the last byte.
 */

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
class Run implements World {
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

  async putListing(told: ListingTold): Promise<void> {
    const key = `${told.channel}:${told.listing}`;
    await this.#put(this.opened.desk.putListing(told), () => this.naive.listings.set(key, told));
  }

  async putPolicy({ scope, fields: told, effectiveIn }: PolicyTold): Promise<void> {
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
      if (!should.has(key)) expect([key, number.available]).toEqual([key, 0]); // No longer listed.
      const before = this.#before.get(key);
      if (before?.available === number.available && before.sku === number.sku)
        expect(number.version).toBe(before.version);
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
    expect(explained?.isOffered).toBe(isListed);
    expect(recompute(explained!.terms, explained!.components)).toBe(available);
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
    fc.asyncProperty(fc.array(anyStep, { minLength: 20, maxLength: 50, size: 'max' }), async (steps) => {
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

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Shards, shardOf, ShardSet, UNIT } from '#kernel';
import { received, sold } from '../../inventory/testing/entries.ts';
import { until } from '../../kernel/testing/until.ts';
import { eventsOf, type LedgerProcess, type OpenedLedger, openTestLedger } from '../testing/opened-ledger.ts';
import { POSTING_CATEGORY } from './posting-reached.ts';
import { MARK_EVERY_MS } from './posting-share.ts';

/** Longer than any machine takes. */
const PATIENT_MS = 600_000;
const COUNT = 4;
const ALL = [0, 1, 2, 3];
const SKUS = Array.from({ length: 24 }, (_, n) => `SKU-${n}`);

describe('posting shared by processes', () => {
  let ledger: OpenedLedger;

  afterEach(() => ledger.close());

  const begin = async (shards: Shards): Promise<void> => {
    ledger = await openTestLedger(undefined, shards);
  };
  const tellAll = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      await ledger.tell(SKUS.map((sku) => ({ ...received(3), sku })));
      await ledger.tell(SKUS.map((sku) => ({ ...sold(1), sku })));
    }
  };
  const allPosted = async (...some: readonly LedgerProcess[]): Promise<void> => {
    for (const each of some) await until(async () => each.posted.position >= (await ledger.store.head()));
  };
  const onHand = (sku: string): number =>
    ledger.item(sku).places.find(({ location }) => location === 'main')!.stock[0]!.onHand / UNIT;
  const isPosted = (rounds: number): void => {
    expect(SKUS.map(onHand)).toEqual(SKUS.map(() => rounds * 2));
  };
  const eventsPosted = async (): Promise<number> => (await eventsOf(ledger.store, 'item')).length;

  it('is done by the process that has an item’s shard, and every process knows how far all are', async () => {
    await begin(new ShardSet(COUNT, [0, 1]));
    await ledger.tell(SKUS.map((sku) => ({ ...received(2), sku })));
    await until(async () => (await eventsPosted()) === SKUS.filter((sku) => shardOf(sku, COUNT) < 2).length);
    expect(ledger.posted.position).toBe(0);
    const other = await ledger.another(new ShardSet(COUNT, [2, 3]));
    const onlooker = await ledger.another(new ShardSet(COUNT));
    await allPosted(ledger, other, onlooker);
    isPosted(1);
    expect(await eventsPosted()).toBe(SKUS.length);
    expect(await onlooker.posted.waitFor(await ledger.store.head(), PATIENT_MS)).toBe(true);
  });

  it('can be waited for even if an event has nothing to post', async () => {
    await begin(new ShardSet(COUNT, ALL));
    await tellAll(1);
    await allPosted(ledger);
    const next = (await ledger.store.head()) + 1;
    const waited = ledger.posted.waitFor(next, PATIENT_MS);
    await ledger.store.append('location-x', -1, [{ id: randomUUID(), type: 'Nothing', data: {} }]);
    expect(await waited).toBe(true);
  });

  it('is quiet at rest: a mark causes no further mark', async () => {
    await begin(new ShardSet(COUNT, ALL));
    await tellAll(1);
    await allPosted(ledger);
    const before = (await eventsOf(ledger.store, POSTING_CATEGORY)).length;
    await pause(3 * MARK_EVERY_MS);
    expect((await eventsOf(ledger.store, POSTING_CATEGORY)).length).toBe(before);
  });

  it('goes on where the former owner of a shard was, without a second effect', async () => {
    const first = new ShardSet(COUNT, [0, 1]);
    const second = new ShardSet(COUNT, [2, 3]);
    await begin(first);
    const other = await ledger.another(second);
    await tellAll(3);
    await other.crash();
    await tellAll(3);
    expect(await ledger.posted.waitFor(await ledger.store.head(), 300)).toBe(false);
    first.set(ALL);
    await allPosted(ledger);
    isPosted(6);
    expect(await eventsPosted()).toBe(SKUS.length * 12);
  });

  it('begins where all were, when items are divided differently', async () => {
    await begin(new ShardSet(COUNT, ALL));
    await tellAll(3);
    await allPosted(ledger);
    const told = await ledger.store.head();
    const other = await ledger.another(new ShardSet(2, [0, 1]));
    expect(other.posting.position).toBeGreaterThan(told / 2);
    await ledger.stop();
    await tellAll(1);
    await until(async () => other.posted.position >= (await ledger.store.head()));
    expect(await eventsPosted()).toBe(SKUS.length * 8);
  });

  it('says how far it is after items are divided differently, even if nothing new comes', async () => {
    await begin(new ShardSet(COUNT, ALL));
    await tellAll(1);
    await allPosted(ledger);
    await ledger.stop();
    const other = await ledger.another(new ShardSet(2, [0, 1]));
    const head = await ledger.store.head();
    await until(async () => other.posted.waitFor(head, MARK_EVERY_MS));
  });

  it('is harmless if two processes have the same shards for a while, and shards move all the time', async () => {
    const sets = [new ShardSet(COUNT, ALL), new ShardSet(COUNT, ALL), new ShardSet(COUNT)];
    await begin(sets[0]!);
    const others = [await ledger.another(sets[1]), await ledger.another(sets[2])];
    for (let round = 0; round < 12; round++) {
      await tellAll(1);
      sets[round % 3]!.set(ALL.filter((shard) => (shard + round) % 3 !== 0));
    }
    for (const set of sets) set.set([]);
    sets[2]!.set(ALL);
    await allPosted(ledger, ...others);
    isPosted(12);
    expect(await eventsPosted()).toBe(SKUS.length * 24);
  });
});

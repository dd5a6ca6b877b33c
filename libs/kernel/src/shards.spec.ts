import { allShards, shardOf, ShardSet } from './shards.ts';

describe('shards', () => {
  it('keep an item where it is, for ever', () => {
    const skus = ['MUG-RED', 'MUG-BLUE', '85123A', 'ТЕАПОТ', '杯', 'a b/c'];
    expect(skus.map((sku) => shardOf(sku, 16))).toEqual([10, 14, 12, 0, 0, 12]);
    expect(skus.map((sku) => shardOf(sku, 8))).toEqual([2, 6, 4, 0, 0, 4]);
  });

  it('are divided without rest among those who have them', () => {
    const first = new ShardSet(16, [0, 2, 4, 6, 8, 10, 12, 14]);
    const second = new ShardSet(16, [1, 3, 5, 7, 9, 11, 13, 15]);
    const all = allShards(16);
    for (let n = 0; n < 500; n++) {
      const sku = `SKU-${n}`;
      expect([first.has(sku), second.has(sku)].filter(Boolean)).toHaveLength(1);
      expect(all.has(sku)).toBe(true);
    }
  });

  it('tell who listens of a change, and of nothing else', () => {
    const shards = new ShardSet(4, [1, 0]);
    const told: (readonly number[])[] = [];
    const stop = shards.onChange(() => told.push(shards.owned));
    shards.set([0, 1]);
    shards.set([1, 2]);
    shards.set([]);
    stop();
    shards.set([3]);
    expect(told).toEqual([[1, 2], []]);
    expect(shards.owned).toEqual([3]);
  });
});

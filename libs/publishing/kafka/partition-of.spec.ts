import { Partitioners } from 'kafkajs';
import { partitionOf } from './partition-of.ts';

describe('the partition of a key', () => {
  // Golden: computed by Java's own partitioner; another value would tear the history of a key in two.
  it.each([
    ['web:MUG-RED', 12, 2],
    ['marketplace:85123A', 12, 4],
    ['pos:ТЕАПОТ', 12, 8],
    ['web:杯', 3, 2],
  ])('%p among %p is %p for ever', (key, partitions, partition) => {
    expect(partitionOf(key, partitions)).toBe(partition);
  });

  it('is the one that the client itself would choose', () => {
    const choose = Partitioners.DefaultPartitioner();
    for (let n = 0; n < 2_000; n++) {
      const key = `ch-${n % 7}:LISTING ${n} ü杯`;
      const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({ partitionId, leader: 1 }));
      const message = { key: Buffer.from(key), value: '' };
      expect(partitionOf(key, 12)).toBe(
        choose({ topic: 't', partitionMetadata: partitionMetadata as never, message }),
      );
    }
  });
});

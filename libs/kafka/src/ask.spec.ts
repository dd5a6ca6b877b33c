import type { Admin } from 'kafkajs';
import { topicOffsets } from './ask.ts';

/** A cluster with a topic of four partitions, that says what these hold. */
const adminWhere = (told: readonly { partition: number; low: string; high: string }[]): Admin => {
  const partitions = [3, 1, 0, 2].map((partitionId) => ({ partitionId }));
  return {
    fetchTopicMetadata: () => Promise.resolve({ topics: [{ name: 't', partitions }] }),
    fetchTopicOffsets: () => Promise.resolve(told),
  } as never;
};

describe('what the partitions of a topic hold', () => {
  it('is told of as many as there are, also where the last has no leader: keys would move else', async () => {
    const led = [
      { partition: 2, low: '4', high: '9' },
      { partition: 0, low: '0', high: '7' },
    ];
    const offsets = await topicOffsets(adminWhere(led), 't');
    expect([...offsets]).toEqual([{ low: 0, high: 7 }, undefined, { low: 4, high: 9 }, undefined]);
    expect(await topicOffsets(adminWhere([]), 't')).toHaveLength(4);
  });
});

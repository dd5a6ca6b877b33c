import { createRequire } from 'node:module';
import { type CommittingGroup, mendCommits } from './commits.ts';

const require = createRequire(import.meta.url);
const { prototype } = require('kafkajs/src/consumer/consumerGroup') as { prototype: CommittingGroup };

/** What the client hands to each try of one commit. */
const OFFSETS = { topics: [] };

/** An assignment in which the coordinator answers commits like this. */
const deal = (...answers: readonly (Error | 'written')[]) => {
  const told: object[] = [];
  const commitOffsets = (offsets: object): Promise<void> => {
    const answer = answers[told.push(offsets) - 1]!;
    return answer === 'written' ? Promise.resolve() : Promise.reject(answer);
  };
  return { commitOffsets, told };
};

const groupOf = (offsetManager: object) =>
  Object.assign(Object.create(prototype) as CommittingGroup, { offsetManager });

beforeAll(mendCommits);

describe('a commit', () => {
  it('is retried within the assignment of partitions in which it was made', async () => {
    const first = deal(new Error('not now'), 'written');
    const group = groupOf(first);
    await expect(group.commitOffsets(OFFSETS)).rejects.toThrow('not now');
    await group.commitOffsets(OFFSETS);
    expect(first.told).toEqual([OFFSETS, OFFSETS]);
  });

  it('is not retried after a rebalance: the partition may be another member’s', async () => {
    const [first, second] = [deal(new Error('not now')), deal('written')];
    const offsets = { topics: [] };
    const group = groupOf(first);
    await expect(group.commitOffsets(offsets)).rejects.toThrow('not now');
    Object.assign(group, { offsetManager: second });
    await expect(group.commitOffsets(offsets)).rejects.toMatchObject({
      retriable: false,
      message: expect.stringContaining('rebalanced'),
    });
    expect(second.told).toEqual([]);
    await group.commitOffsets({ topics: [] });
    expect(second.told).toHaveLength(1);
  });
});

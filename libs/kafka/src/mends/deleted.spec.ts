import { createRequire } from 'node:module';
import { type FetchingGroup, mendDeleted } from './deleted.ts';

const require = createRequire(import.meta.url);
const { prototype } = require('kafkajs/src/consumer/consumerGroup') as { prototype: FetchingGroup };
const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
  createErrorFromCode: (code: number) => Error;
};
const NOT_THERE = 3;
const NOT_THE_LEADER = 6;

/** A group whose first fetch fails like this, and that may ask for the topic as soon as it is there. */
function groupThat(fails: Error) {
  const topic = { isThere: false };
  let joins = 0;
  let fetches = 0;
  const group = Object.assign(Object.create(prototype) as FetchingGroup, {
    logger: { debug: () => undefined },
    cluster: {
      refreshMetadataIfNecessary: () => (fetches++ === 0 ? Promise.reject(fails) : Promise.resolve()),
      refreshMetadata: () =>
        topic.isThere ? Promise.resolve() : Promise.reject(createErrorFromCode(NOT_THERE)),
    },
    checkForStaleAssignment: () => undefined,
    subscriptionState: { assigned: () => [] },
    filterPartitionsByNode: () => [],
    seekOffsets: () => Promise.resolve(),
    offsetManager: { committedOffsets: () => ({}) },
    getActiveTopicPartitions: () => ({}),
    maxWaitTime: 1,
    joinAndSync: () => Promise.resolve(void joins++),
  });
  return { group, topic, joins: () => joins };
}

beforeAll(mendDeleted);

describe('a group whose topic was deleted', () => {
  it('joins again when there is one of that name, and only once', async () => {
    const { group, topic, joins } = groupThat(createErrorFromCode(NOT_THERE));
    await expect(group.fetch('1')).rejects.toMatchObject({ code: NOT_THERE });
    await expect(group.fetch('1')).rejects.toMatchObject({ code: NOT_THERE });
    expect(joins()).toBe(0);
    topic.isThere = true;
    await group.fetch('1');
    await group.fetch('1');
    expect(joins()).toBe(1);
  });

  it('joins once where the topic is there again at once', async () => {
    const { group, topic, joins } = groupThat(createErrorFromCode(NOT_THERE));
    topic.isThere = true;
    await group.fetch('1');
    await group.fetch('1');
    expect(joins()).toBe(1);
  });

  it('does not join again where something else fails', async () => {
    const { group, topic, joins } = groupThat(createErrorFromCode(NOT_THE_LEADER));
    await expect(group.fetch('1')).rejects.toMatchObject({ code: NOT_THERE });
    topic.isThere = true;
    await group.fetch('1');
    expect(joins()).toBe(0);
  });
});

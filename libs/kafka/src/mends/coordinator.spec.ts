import { createRequire } from 'node:module';
import { type BeatingGroup, mendCoordinator, type OffsetManager } from './coordinator.ts';

const require = createRequire(import.meta.url);
const ConsumerGroup = require('kafkajs/src/consumer/consumerGroup') as new (options: object) => BeatingGroup;
const Offsets = require('kafkajs/src/consumer/offsetManager') as new (options: object) => OffsetManager;
const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
  createErrorFromCode: (code: number) => Error;
};
const { KafkaJSConnectionError } = require('kafkajs/src/errors') as {
  KafkaJSConnectionError: new (message: string) => Error;
};
const NOT_THE_COORDINATOR = 16;
const REBALANCE = 27;
const refused = new KafkaJSConnectionError('connect ECONNREFUSED');

/** Two brokers; the first coordinates the group until `moved` is called. Who was asked for what is noted. */
function clusterOfTwo(firstAnswers: Error) {
  const asked: string[] = [];
  let coordinator = 1;
  const broker = (nodeId: number) => {
    const answer = (what: string): Promise<object> => {
      asked.push(`${nodeId} ${what}`);
      return nodeId === 1 && coordinator === 2 ? Promise.reject(firstAnswers) : Promise.resolve({});
    };
    return {
      isConnected: () => true,
      heartbeat: () => answer('heartbeat'),
      offsetCommit: () => answer('commit'),
      offsetFetch: () => answer('fetch').then(() => ({ responses: [] })),
      findGroupCoordinator: () => {
        asked.push('who');
        return Promise.resolve({ coordinator: { nodeId: coordinator } });
      },
    };
  };
  const brokers = [broker(1), broker(2)] as const;
  const known = new Map<object, object>();
  const cluster = {
    brokerPool: { findConnectedBroker: () => Promise.resolve(brokers[1]) },
    findBroker: ({ nodeId }: { nodeId: number }) => Promise.resolve(brokers[nodeId - 1]!),
    committedOffsets: () => known,
    defaultOffset: () => -2,
  };
  const moved = (): void => void (coordinator = 2);
  return { asked, moved, cluster, first: brokers[0] };
}

const noWords = { namespace: () => noWords, debug: () => undefined, warn: () => undefined };
const instrumentationEmitter = { emit: () => undefined };

function groupIn({ cluster, first }: ReturnType<typeof clusterOfTwo>): BeatingGroup {
  const parts = { cluster, instrumentationEmitter, logger: noWords, groupId: 'g', retry: {}, assigners: [] };
  const group = new ConsumerGroup({ ...parts, topics: [], topicConfigurations: {} });
  return Object.assign(group, { coordinator: first, memberId: 'm', lastRequest: 0 });
}

function offsetsIn({ cluster, first }: ReturnType<typeof clusterOfTwo>): OffsetManager {
  const member = { groupId: 'g', generationId: 1, memberId: 'm', memberAssignment: { t: [0] } };
  const topicConfigurations = { t: { fromBeginning: true } };
  return new Offsets({ cluster, coordinator: first, instrumentationEmitter, ...member, topicConfigurations });
}

const COMMIT = { topics: [{ topic: 't', partitions: [{ partition: 0, offset: '5' }] }] };

beforeAll(mendCoordinator);

describe('a coordinator of the group that is gone', () => {
  it.each([
    ['does not answer', refused],
    ['says that it is none', createErrorFromCode(NOT_THE_COORDINATOR)],
  ])('and %s is looked up again after a heartbeat', async (_, error) => {
    const two = clusterOfTwo(error);
    const group = groupIn(two);
    two.moved();
    await expect(group.heartbeat({ interval: 0 })).rejects.toBe(error);
    await group.heartbeat({ interval: 0 });
    expect(two.asked).toEqual(['1 heartbeat', 'who', '2 heartbeat']);
  });

  it.each([
    ['a commit', 'commit', (offsets: OffsetManager) => offsets.commitOffsets(COMMIT)],
    ['a question where to begin', 'fetch', (offsets: OffsetManager) => offsets.resolveOffsets()],
    [
      'a beginning at the first record',
      'commit',
      (offsets: OffsetManager) => offsets.setDefaultOffset({ topic: 't', partition: 0 }),
    ],
  ])('is looked up again after %s', async (_, what, ask) => {
    const two = clusterOfTwo(refused);
    const offsets = offsetsIn(two);
    two.moved();
    await expect(ask(offsets)).rejects.toBe(refused);
    await ask(offsets);
    expect(two.asked).toEqual([`1 ${what}`, 'who', `2 ${what}`]);
  });

  it('and has no successor yet is looked up again until it has one', async () => {
    const two = clusterOfTwo(refused);
    const group = groupIn(two);
    two.moved();
    const { findBroker } = group.cluster;
    group.cluster.findBroker = () => Promise.reject(new Error('not there yet'));
    await expect(group.heartbeat({ interval: 0 })).rejects.toBe(refused);
    await expect(group.heartbeat({ interval: 0 })).rejects.toBe(refused);
    group.cluster.findBroker = findBroker;
    await expect(group.heartbeat({ interval: 0 })).rejects.toBe(refused);
    await group.heartbeat({ interval: 0 });
    expect(two.asked.at(-1)).toBe('2 heartbeat');
  });
});

it('an error about the group itself is no reason to look up its coordinator', async () => {
  const dealtAnew = createErrorFromCode(REBALANCE);
  const two = clusterOfTwo(dealtAnew);
  const group = groupIn(two);
  two.moved();
  await expect(group.heartbeat({ interval: 0 })).rejects.toBe(dealtAnew);
  expect(two.asked).toEqual(['1 heartbeat']);
});

import { createRequire } from 'node:module';
import { Leaders } from './leaderless.ts';
import { type GroupOfBrokers, mendUnreachable } from './unreachable.ts';

const require = createRequire(import.meta.url);
const { prototype } = require('kafkajs/src/consumer/consumerGroup') as { prototype: GroupOfBrokers };
const createFetchManager = require('kafkajs/src/consumer/fetchManager') as (parts: object) => {
  start(): Promise<void>;
  stop(): Promise<void>;
};
const { KafkaJSConnectionError } = require('kafkajs/src/errors') as {
  KafkaJSConnectionError: new (message: string, about: { readonly broker: string }) => Error;
};

const WAIT_MS = 1;
const addressOf = (nodeId: string): string => `host:909${nodeId}`;
const refusedBy = (nodeId: string): Error =>
  new KafkaJSConnectionError('connect ECONNREFUSED', { broker: addressOf(nodeId) });
const noWords = { namespace: () => noWords, debug: () => undefined, info: () => undefined };

/** A group over three brokers, of which the third refuses; or all of them; or what the third says is of the first. */
function groupWhere({ connected = ['1', '2'], refuses = '3' } = {}) {
  const broker = (nodeId: string) => ({
    connectionPool: { host: 'host', port: Number(`909${nodeId}`) },
    isConnected: () => connected.includes(nodeId),
    fetch: () => Promise.resolve({ responses: [] }),
  });
  let isAway = true;
  const brokers: Record<string, object> = { 1: broker('1'), 2: broker('2'), 3: broker('3') };
  const group = Object.assign(Object.create(prototype) as GroupOfBrokers, {
    cluster: {
      brokerPool: { brokers },
      refreshMetadataIfNecessary: () => Promise.resolve(),
      findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 3 }],
      findBroker: ({ nodeId }: { readonly nodeId: string }) => {
        if (nodeId === '3' && isAway) return Promise.reject(refusedBy(refuses));
        return Promise.resolve(brokers[nodeId]);
      },
    },
    ...{
      maxWaitTime: WAIT_MS,
      checkForStaleAssignment: () => undefined,
      seekOffsets: () => Promise.resolve(),
    },
    subscriptionState: { assigned: () => [], isPaused: () => false },
    filterPartitionsByNode: () => [{ topic: 't', partitions: [0] }],
    offsetManager: { committedOffsets: () => ({ t: { 0: '5' } }), nextOffset: () => '5' },
    getActiveTopicPartitions: () => ({ t: new Set([0]) }),
  });
  return { group, brokers, isBack: () => (isAway = false) };
}

beforeAll(mendUnreachable);

describe('a broker that cannot be connected to', () => {
  it('has nothing to fetch just now', async () => {
    const { group } = groupWhere();
    expect(await group.fetch('3')).toEqual([]);
    expect(await group.fetch('1')).toEqual([]);
  });

  it('is named as the leader of what it leads, until it can be fetched from again', async () => {
    const { group, isBack } = groupWhere();
    const leaders = new Leaders();
    leaders.assigner({ cluster: group.cluster, groupId: 'g' } as never);
    const missing = (): unknown => leaders.missing({ topic: 't', partition: 0 });
    await group.fetch('3');
    expect(missing()).toBe('Its leader cannot be reached at host:9093');
    isBack();
    await group.fetch('3');
    expect(missing()).toBeUndefined();
  });

  it('has nothing to fetch either where the client has just heard that it is gone', async () => {
    const { group, brokers } = groupWhere();
    const fetching = group.fetch('3');
    delete brokers['3'];
    expect(await fetching).toEqual([]);
  });

  it('loses nothing that another broker has answered', async () => {
    const { group } = groupWhere();
    const handled = Promise.withResolvers<object>();
    const batch = { topic: 't', partition: 0 };
    const answers: (readonly object[])[] = [[batch]];
    const manager = createFetchManager({
      ...{ logger: noWords, getNodeIds: () => ['1', '3'], concurrency: 1 },
      handler: (handed: object) => Promise.resolve(handled.resolve(handed)),
      fetch: async (nodeId: string) => {
        const fetched = await group.fetch(nodeId);
        if (nodeId === '3') return fetched;
        await new Promise((resolve) => setTimeout(resolve, 10 * WAIT_MS)); // The other has refused by then.
        return answers.shift() ?? [];
      },
    });
    const fetching = manager.start();
    expect(await Promise.race([handled.promise, fetching])).toBe(batch);
    await manager.stop();
    await fetching;
  });

  it('is an error where no other is connected, or where the error is about another', async () => {
    await expect(groupWhere({ connected: [] }).group.fetch('3')).rejects.toMatchObject({
      broker: addressOf('3'),
    });
    await expect(groupWhere({ refuses: '1' }).group.fetch('3')).rejects.toMatchObject({
      broker: addressOf('1'),
    });
  });
});

import { createRequire } from 'node:module';
import {
  type BrokerPool,
  Leaders,
  type LeadingCluster,
  mendLeaderless,
  type Metadata,
  type PartitionMetadata,
} from './leaderless.ts';
import { NO_LEADER } from '../trouble.ts';

interface Lookup {
  readonly protocol: (asked: { readonly version: number }) => (question: object) => {
    readonly response: { readonly parse: (answer: Metadata) => Promise<Metadata> };
  };
  readonly versions: readonly string[];
}

interface Offsets {
  resolveOffsets(): Promise<void>;
  committedOffsets(): Record<string, Record<number, string | undefined>>;
}

interface ConsumerGroup {
  filterPartitionsByNode(nodeId: string, assigned: readonly object[]): readonly object[];
}

const require = createRequire(import.meta.url);
const { Metadata: asked } = require('kafkajs/src/protocol/requests').requests as { Metadata: Lookup };
const Cluster = require('kafkajs/src/cluster') as { readonly prototype: LeadingCluster };
const Pool = require('kafkajs/src/cluster/brokerPool') as new (options: object) => BrokerPool;
const OffsetManager = require('kafkajs/src/consumer/offsetManager') as new (options: object) => Offsets;
const Group = require('kafkajs/src/consumer/consumerGroup') as { readonly prototype: ConsumerGroup };

const NOT_THERE = 3;
const LEADER_NOT_AVAILABLE = 5;
const LISTENER_NOT_FOUND = 72;
const FIVE_MINUTES_MS = 300_000;
const LOOK_AGAIN_MS = 1_000;

const of = (leader: number, partitionErrorCode = 0, partitionId = 0): PartitionMetadata => ({
  ...{ leader, partitionErrorCode, partitionId },
});
const answer = (partitionMetadata: readonly PartitionMetadata[], topicErrorCode = 0): Metadata => ({
  topicMetadata: [{ topic: 't', topicErrorCode, partitionMetadata }],
});
const ledByOne = of(1, 0, 0);
const ledByNobody = of(-1, 0, 1);
const ledByTwo = of(2, 0, 2);

beforeAll(mendLeaderless);

describe.each(asked.versions.map((version) => [Number(version)]))(
  'the metadata of topics, version %d',
  (version) => {
    const parse = (told: Metadata): Promise<Metadata> =>
      asked.protocol({ version })({ topics: [] }).response.parse(told);

    it('is accepted though a partition has no leader: the others have theirs', async () => {
      const told = [of(1), of(-1, LEADER_NOT_AVAILABLE), of(-1, LISTENER_NOT_FOUND)];
      const { topicMetadata } = await parse(answer(told));
      expect(topicMetadata[0]!.partitionMetadata.map(({ leader }) => leader)).toEqual([1, -1, -1]);
    });

    it('is refused for any other error', async () => {
      await expect(parse(answer([of(1)], LEADER_NOT_AVAILABLE))).rejects.toThrow();
      await expect(parse(answer([of(1), of(1, NOT_THERE)]))).rejects.toThrow();
    });
  },
);

describe('the time until metadata is asked for again', () => {
  const words = { namespace: () => words, debug: () => undefined, error: () => undefined };

  /** Milliseconds until brokers are asked again that have said so. */
  async function believedForMs(told: Metadata, metadataMaxAge: number): Promise<number> {
    const pool = new Pool({ logger: words, retry: {}, metadataMaxAge, connectionPoolBuilder: {} });
    Object.assign(pool, {
      seedBroker: { connectionPool: {} },
      findConnectedBroker: () =>
        Promise.resolve({ metadata: () => Promise.resolve({ ...told, brokers: [] }) }),
    });
    const before = Date.now();
    await pool.refreshMetadata(['t']);
    return pool.metadataExpireAt! - before;
  }

  it('is short where a partition has no leader, and as configured where all have one', async () => {
    const soon = await believedForMs(answer([ledByOne, ledByNobody]), FIVE_MINUTES_MS);
    expect(soon).toBeGreaterThanOrEqual(LOOK_AGAIN_MS);
    expect(soon).toBeLessThan(FIVE_MINUTES_MS);
    expect(await believedForMs(answer([ledByOne]), FIVE_MINUTES_MS)).toBeGreaterThanOrEqual(FIVE_MINUTES_MS);
  });

  it('is never longer than configured', async () => {
    expect(await believedForMs(answer([ledByNobody]), 0)).toBeLessThan(LOOK_AGAIN_MS);
  });
});

/** Of three partitions the second has no leader; each broker says that the next offset is 7. */
function clusterOf(metadata: Metadata | null = answer([ledByOne, ledByNobody, ledByTwo])) {
  const asked: string[] = [];
  const cluster = Object.assign(Object.create(Cluster.prototype) as LeadingCluster, {
    brokerPool: { metadata, brokers: {} },
    committedOffsetsByGroup: new Map(),
    findBroker: ({ nodeId }: { readonly nodeId: string }) => {
      if (Number(nodeId) < 0) return Promise.reject(new Error(`no broker ${nodeId}`));
      asked.push(nodeId);
      return Promise.resolve({ listOffsets });
    },
  });
  const listOffsets = ({ topics }: { topics: readonly { partitions: readonly object[] }[] }) =>
    Promise.resolve({
      responses: topics.map((topic) => ({
        ...topic,
        partitions: topic.partitions.map((each) => ({ ...each, offset: '7' })),
      })),
    });
  return { cluster, asked };
}

describe('offsets of partitions', () => {
  it('are asked only for those that have a leader', async () => {
    const { cluster, asked } = clusterOf();
    const offsetsOf = (...partitions: number[]) =>
      cluster.fetchTopicsOffset([{ topic: 't', partitions: partitions.map((partition) => ({ partition })) }]);
    const told = [0, 2].map((partition) => ({ partition, offset: '7' }));
    expect(await offsetsOf(0, 1, 2)).toEqual([{ topic: 't', partitions: told }]);
    expect(asked).toEqual(['1', '2']);
    expect(await offsetsOf(1)).toEqual([{ topic: 't', partitions: [] }]);
  });

  it('where nothing is committed are found for those with a leader, and for the other once it has one', async () => {
    const { cluster } = clusterOf();
    const responses = [
      { topic: 't', partitions: [0, 1, 2].map((partition) => ({ partition, offset: '-1' })) },
    ];
    const coordinator = { isConnected: () => true, offsetFetch: () => Promise.resolve({ responses }) };
    const offsets = new OffsetManager({
      ...{ cluster, coordinator, groupId: 'g', memberAssignment: { t: [0, 1, 2] } },
      topicConfigurations: { t: { fromBeginning: true } },
    });
    await offsets.resolveOffsets();
    // One that has none is not fetched, and so not from a wrong place either.
    expect(offsets.committedOffsets()['t']).toEqual({ 0: '7', 1: undefined, 2: '7' });
    Object.assign(cluster, { brokerPool: { metadata: answer([ledByOne, of(1, 0, 1), ledByTwo]) } });
    await offsets.resolveOffsets();
    expect(offsets.committedOffsets()['t']).toMatchObject({ 1: '7' });
  });
});

describe('a partition without a leader', () => {
  it('is fetched from nobody', () => {
    const { cluster } = clusterOf();
    const group = Object.assign(Object.create(Group.prototype) as ConsumerGroup, {
      ...{ cluster, preferredReadReplicasPerTopicPartition: {} },
    });
    const fetchedFrom = (nodeId: string) =>
      group.filterPartitionsByNode(nodeId, [{ topic: 't', partitions: [0, 1, 2] }]);
    expect(fetchedFrom('1')).toEqual([{ topic: 't', partitions: [0] }]);
    expect(fetchedFrom('2')).toEqual([{ topic: 't', partitions: [2] }]);
  });

  it('refuses a send with a retriable error, and no other partition does', () => {
    const { cluster } = clusterOf();
    expect(cluster.findLeaderForPartitions('t', ['0', '2'])).toEqual({ 1: [0], 2: [2] });
    const sent = () => cluster.findLeaderForPartitions('t', ['1']);
    expect(sent).toThrow(expect.objectContaining({ type: 'LEADER_NOT_AVAILABLE', retriable: true }));
  });
});

describe('the reason why a partition is stopped', () => {
  const leadersOf = (cluster: LeadingCluster): Leaders => {
    const leaders = new Leaders();
    leaders.assigner({ cluster, groupId: 'g' } as never);
    return leaders;
  };

  it('is by the metadata that the client heard last', () => {
    const { cluster } = clusterOf();
    const leaders = leadersOf(cluster);
    const missing = () => [0, 1, 2, 3].map((partition) => leaders.missing({ topic: 't', partition }));
    expect(missing()).toEqual([undefined, NO_LEADER, undefined, undefined]);
    expect(leaders.missing({ topic: 'another', partition: 1 })).toBeUndefined();
    Object.assign(cluster, { brokerPool: { metadata: answer([ledByNobody]), brokers: {} } });
    expect(missing()).toEqual([undefined, NO_LEADER, undefined, undefined]);
  });

  it('is unknown while no metadata was heard', () => {
    expect(new Leaders().missing({ topic: 't', partition: 1 })).toBeUndefined();
    expect(leadersOf(clusterOf(null).cluster).missing({ topic: 't', partition: 1 })).toBeUndefined();
  });
});

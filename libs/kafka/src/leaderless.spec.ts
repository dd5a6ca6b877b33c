import { createRequire } from 'node:module';
import { type Cluster, type Metadata, mendLeaderless } from './leaderless.ts';

interface Lookup {
  readonly protocol: (asked: { readonly version: number }) => (question: object) => {
    readonly response: { readonly parse: (answer: Metadata) => Promise<Metadata> };
  };
  readonly versions: readonly string[];
}

const require = createRequire(import.meta.url);
const { Metadata: asked } = require('kafkajs/src/protocol/requests').requests as { Metadata: Lookup };
const { prototype } = require('kafkajs/src/cluster') as { prototype: Cluster };

const LEADER_NOT_AVAILABLE = 5;
const NOT_THERE = 3;

const of = (leader: number, partitionErrorCode = 0, partitionId = 0) => ({
  ...{ leader, partitionErrorCode, partitionId },
});
const answer = (partitionMetadata: readonly ReturnType<typeof of>[], topicErrorCode = 0): Metadata => ({
  topicMetadata: [{ topicErrorCode, partitionMetadata }],
});

beforeAll(mendLeaderless);

describe.each(asked.versions.map((version) => [Number(version)]))(
  'what brokers say of topics, version %d',
  (version) => {
    const parse = (told: Metadata): Promise<Metadata> =>
      asked.protocol({ version })({ topics: [] }).response.parse(told);

    it('is taken where one partition has no leader: the others have theirs', async () => {
      const told = await parse(answer([of(1), of(-1, LEADER_NOT_AVAILABLE)]));
      expect(told.topicMetadata[0]!.partitionMetadata.map(({ leader }) => leader)).toEqual([1, -1]);
    });

    it('is refused for all else', async () => {
      await expect(parse(answer([of(1)], LEADER_NOT_AVAILABLE))).rejects.toThrow();
      await expect(parse(answer([of(1), of(1, NOT_THERE)]))).rejects.toThrow();
    });
  },
);

describe('offsets of partitions', () => {
  const cluster = Object.assign(Object.create(prototype) as Cluster, {
    brokerPool: {
      metadata: { topicMetadata: [{ topic: 't', partitionMetadata: [of(1, 0, 0), of(-1, 0, 1)] }] },
    },
    findBroker: ({ nodeId }: { nodeId: string }) =>
      nodeId === '1' ? Promise.resolve(broker) : Promise.reject(new Error(`no broker ${nodeId}`)),
  });
  const broker = {
    listOffsets: ({ topics }: { topics: readonly { partitions: readonly object[] }[] }) => {
      const told = topics.map((topic) => ({
        ...topic,
        partitions: topic.partitions.map((each) => ({ ...each, offset: '7' })),
      }));
      return Promise.resolve({ responses: told });
    },
  };
  const offsetsOf = (...partitions: number[]) =>
    cluster.fetchTopicsOffset([{ topic: 't', partitions: partitions.map((partition) => ({ partition })) }]);

  it('are asked of those that have a leader', async () => {
    expect(await offsetsOf(0, 1)).toEqual([{ topic: 't', partitions: [{ partition: 0, offset: '7' }] }]);
    expect(await offsetsOf(1)).toEqual([{ topic: 't', partitions: [] }]);
  });
});

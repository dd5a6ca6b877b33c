import { createRequire } from 'node:module';

interface PartitionMetadata {
  readonly partitionId: number;
  /** -1: none. */
  readonly leader: number;
  partitionErrorCode: number;
}

/** The answer to a question for metadata, before the client has looked for errors in it. */
export interface Metadata {
  readonly topicMetadata: readonly {
    readonly topicErrorCode: number;
    readonly partitionMetadata: readonly PartitionMetadata[];
  }[];
}

interface MetadataResponse {
  parse: (answer: Metadata) => Promise<Metadata>;
}

interface OfTopic {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number }[];
}

/** What kafkajs calls a cluster. Only what is mended, and what that needs. */
export interface Cluster {
  findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
  fetchTopicsOffset(topics: readonly OfTopic[]): Promise<readonly OfTopic[]>;
}

/** Of questions for metadata, those that kafkajs speaks. */
const METADATA_VERSION_MAX = 6;
const LEADER_NOT_AVAILABLE = 5;
const NO_ERROR = 0;
const NOBODY = -1;

let isMended = false;

/**
 * kafkajs 2.2.4 refuses all that it is told of all topics where one partition has no leader, and asks again for as long
 * as that lasts: nothing is read. Here such a partition belongs to no broker, nobody is asked for its offsets, and
 * the others go on. Its leader is seen when metadata are asked for the next time.
 */
export function mendLeaderless(): void {
  if (isMended) return;
  isMended = true;
  const require = createRequire(import.meta.url);
  for (let version = 0; version <= METADATA_VERSION_MAX; version++) {
    mendMetadata(require(`kafkajs/src/protocol/requests/metadata/v${version}/response`) as MetadataResponse);
  }
  mendOffsets((require('kafkajs/src/cluster') as { readonly prototype: Cluster }).prototype);
}

function mendMetadata(response: MetadataResponse): void {
  const { parse } = response;
  response.parse = (answer) => {
    for (const partition of answer.topicMetadata.flatMap((topic) => topic.partitionMetadata)) {
      if (partition.partitionErrorCode === LEADER_NOT_AVAILABLE) partition.partitionErrorCode = NO_ERROR;
    }
    return parse(answer);
  };
}

function mendOffsets(prototype: Cluster): void {
  const fetchAll: unknown = Reflect.get(prototype, 'fetchTopicsOffset');
  prototype.fetchTopicsOffset = async function (topics) {
    const led = topics.map((each) => ({ ...each, partitions: withLeader(this, each) }));
    const told = await (fetchAll as Cluster['fetchTopicsOffset']).call(this, led);
    return topics.map(({ topic }) => told.find((each) => each.topic === topic) ?? { topic, partitions: [] });
  };
}

function withLeader(cluster: Cluster, { topic, partitions }: OfTopic): OfTopic['partitions'] {
  const metadata = cluster.findTopicPartitionMetadata(topic);
  const leaderless = metadata.filter(({ leader }) => leader === NOBODY).map(({ partitionId }) => partitionId);
  return partitions.filter(({ partition }) => !leaderless.includes(partition));
}

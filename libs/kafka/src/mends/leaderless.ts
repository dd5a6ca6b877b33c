import kafkajs, { type Cluster, type PartitionAssigner } from 'kafkajs';
import { insideOf, once, wrap } from './mend.ts';
import { NO_LEADER } from '../trouble.ts';
import { refusedAddress } from './unreachable.ts';

export interface PartitionMetadata {
  readonly partitionId: number;
  /** The broker's id; -1 if there is none. */
  readonly leader: number;
  partitionErrorCode: number;
}

/** The answer to a metadata request. */
export interface Metadata {
  readonly topicMetadata: readonly {
    readonly topic: string;
    readonly topicErrorCode: number;
    readonly partitionMetadata: readonly PartitionMetadata[];
  }[];
}

interface MetadataResponse {
  parse(answer: Metadata): Promise<Metadata>;
}

/** The part of kafkajs' BrokerPool that is mended or used. */
export interface BrokerPool {
  metadata: Metadata | null;
  metadataExpireAt: number | null;
  refreshMetadata(topics: readonly string[]): Promise<void>;
}

interface OfTopic {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number }[];
}

/** The part of kafkajs' Cluster that is mended or used. */
export interface LeadingCluster {
  findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
  fetchTopicsOffset(topics: readonly OfTopic[]): Promise<readonly OfTopic[]>;
  findLeaderForPartitions(topic: string, partitions: readonly (number | string)[]): Record<string, number[]>;
}

/** The newest version of the metadata request that kafkajs speaks. */
const METADATA_VERSION_MAX = 6;
const NO_ERROR = 0;
const LEADER_NOT_AVAILABLE = 5;
/** There is a leader, but not on the listener that we use: we cannot reach it. */
const LISTENER_NOT_FOUND = 72;
const NOBODY = -1;
/** How often metadata are refreshed while a leader is missing: within this time a broker that came back is found. */
const LOOK_AGAIN_MS = 1_000;

/**
 * kafkajs 2.2.4 rejects the metadata of all topics as long as a single partition has no leader: one lost broker with the
 * only copy of a partition stops all reading and writing. Here such a partition belongs to no broker: it is not fetched, its
 * offsets are not asked for, and a send to it fails as if its leader were moving. Metadata that contain one expire after a
 * second, so that a leader that comes back is found.
 */
export const mendLeaderless = once(() => {
  for (let version = 0; version <= METADATA_VERSION_MAX; version++) {
    const response = insideOf<MetadataResponse>(`protocol/requests/metadata/v${version}/response`);
    wrap(response, 'parse', (parse, answer) => parse.call(response, excused(answer)));
  }
  wrap(
    insideOf<{ readonly prototype: BrokerPool }>('cluster/brokerPool').prototype,
    'refreshMetadata',
    refreshSoon,
  );
  const { prototype } = insideOf<{ readonly prototype: LeadingCluster }>('cluster');
  wrap(prototype, 'fetchTopicsOffset', offsetsOfLed);
  const { createErrorFromCode } = insideOf<{ createErrorFromCode: (code: number) => Error }>(
    'protocol/error',
  );
  wrap(prototype, 'findLeaderForPartitions', function (find, topic, partitions) {
    const byLeader = find.call(this, topic, partitions);
    // Otherwise the client fails because it knows no broker -1.
    if (NOBODY in byLeader) throw createErrorFromCode(LEADER_NOT_AVAILABLE);
    return byLeader;
  });
});

function excused(answer: Metadata): Metadata {
  for (const partition of answer.topicMetadata.flatMap((topic) => topic.partitionMetadata)) {
    const { partitionErrorCode: code } = partition;
    if (code === LEADER_NOT_AVAILABLE || code === LISTENER_NOT_FOUND) partition.partitionErrorCode = NO_ERROR;
  }
  return answer;
}

async function refreshSoon(
  this: BrokerPool,
  refresh: (this: BrokerPool, topics: readonly string[]) => Promise<void>,
  topics: readonly string[],
): Promise<void> {
  await refresh.call(this, topics);
  const told = this.metadata?.topicMetadata.flatMap(({ partitionMetadata }) => partitionMetadata) ?? [];
  if (!told.some(isLeaderless)) return;
  this.metadataExpireAt = Math.min(this.metadataExpireAt ?? Infinity, Date.now() + LOOK_AGAIN_MS);
}

async function offsetsOfLed(
  this: LeadingCluster,
  fetchAll: (this: LeadingCluster, topics: readonly OfTopic[]) => Promise<readonly OfTopic[]>,
  topics: readonly OfTopic[],
): Promise<readonly OfTopic[]> {
  const led = topics.map((each) => {
    const leaderless = new Set(leaderlessOf(this, each.topic));
    return { ...each, partitions: each.partitions.filter(({ partition }) => !leaderless.has(partition)) };
  });
  const told = await fetchAll.call(this, led);
  // The caller looks for its topic in the answer, even where no broker could be asked.
  return topics.map(({ topic }) => told.find((each) => each.topic === topic) ?? { topic, partitions: [] });
}

const leaderlessOf = (cluster: Pick<LeadingCluster, 'findTopicPartitionMetadata'>, topic: string): number[] =>
  cluster
    .findTopicPartitionMetadata(topic)
    .filter(isLeaderless)
    .map(({ partitionId }) => partitionId);

const isLeaderless = ({ leader }: Pick<PartitionMetadata, 'leader'>): boolean => leader === NOBODY;

/** Who leads the partitions, as a consumer last heard: at most a second ago if one of them has no leader. */
export class Leaders {
  #cluster: Cluster | undefined;
  /** Give it to the consumer: kafkajs shows its cluster to nothing but assigners. The assignment is the usual one. */
  readonly assigner: PartitionAssigner = (config) => {
    this.#cluster = config.cluster;
    return kafkajs.PartitionAssigners.roundRobin(config);
  };

  /** Why the partition cannot be read; undefined if its leader answers, or was not asked yet. */
  missing({ topic, partition }: { readonly topic: string; readonly partition: number }): string | undefined {
    const cluster = this.#cluster;
    const leader = cluster && leaderIn(cluster, topic, partition);
    if (cluster === undefined || leader === undefined) return undefined;
    if (leader === NOBODY) return NO_LEADER;
    const address = refusedAddress(cluster, leader);
    return address && `Its leader cannot be reached at ${address}`;
  }
}

function leaderIn(cluster: Cluster, topic: string, partition: number): number | undefined {
  try {
    const metadata = cluster.findTopicPartitionMetadata(topic);
    return metadata.find(({ partitionId }) => partitionId === partition)?.leader;
  } catch {
    return undefined; // There are no metadata of it yet.
  }
}

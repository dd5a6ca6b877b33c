import kafkajs, { type Admin, type DescribeConfigResponse, type ITopicMetadata } from 'kafkajs';
import { askKafka, topicsThere } from './ask.ts';
import type { KafkaConnection } from './connection.ts';

/** What a topic should be like. */
export interface TopicPlan {
  readonly topic: string;
  readonly partitions: number;
  /** Settings to make on the topic; for all others the brokers' defaults hold. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What is not as planned; `is` is undefined if we may not see it. */
interface Difference {
  readonly what: string;
  readonly is: string | undefined;
  readonly should: string;
}

export interface TopicReport {
  readonly topic: string;
  readonly partitions: number;
  readonly made: boolean;
  /** Of a topic that existed before: it is left as it is. */
  readonly differences: readonly Difference[];
}

// Not imported by name: Node does not see all names of a CommonJS module.
const TOPIC_RESOURCE: number = kafkajs.ConfigResourceTypes.TOPIC;
const REPLICATION_MAX = 3;
/** Of three copies one may be away, and writing goes on. */
const IN_SYNC_OF_THREE = '2';

/**
 * Makes the topics that do not exist, and compares those that do with their plans. `replication`: how many copies of each;
 * default three, or as many as there are brokers. Throws KafkaUnavailable.
 */
export const createTopics = (
  connection: KafkaConnection,
  plans: readonly TopicPlan[],
  replication?: number,
): Promise<readonly TopicReport[]> =>
  askKafka(connection, async (admin) => {
    const { brokers } = await admin.describeCluster();
    const copies = replication ?? Math.min(REPLICATION_MAX, brokers.length);
    const there = await topicsThere(
      admin,
      plans.map(({ topic }) => topic),
    );
    const missing = plans.filter(({ topic }) => !there.has(topic));
    if (missing.length > 0) await make(admin, missing, copies);
    const reports: TopicReport[] = [];
    for (const plan of plans) {
      const found = there.get(plan.topic);
      const differences = found ? await differencesOf(admin, { plan, found, replication }) : [];
      const partitions = found?.partitions.length ?? plan.partitions;
      reports.push({ topic: plan.topic, partitions, made: found === undefined, differences });
    }
    return reports;
  });

async function make(admin: Admin, plans: readonly TopicPlan[], replicationFactor: number): Promise<void> {
  const inSync: Record<string, string> =
    replicationFactor >= REPLICATION_MAX ? { 'min.insync.replicas': IN_SYNC_OF_THREE } : {};
  await admin.createTopics({
    waitForLeaders: false, // Waiting fails on clusters where electing a leader takes a moment.
    topics: plans.map(({ topic, partitions, settings }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor,
      configEntries: entriesOf({ ...inSync, ...settings }),
    })),
  });
}

const entriesOf = (settings: Readonly<Record<string, string>>): { name: string; value: string }[] =>
  Object.entries(settings).map(([name, value]) => ({ name, value }));

async function differencesOf(
  admin: Admin,
  { plan, found, replication }: { plan: TopicPlan; found: ITopicMetadata; replication: number | undefined },
): Promise<Difference[]> {
  const copies = found.partitions[0]?.replicas.length;
  const settings = await settingsOf(admin, plan.topic);
  const compared: Difference[] = [
    { what: 'partitions', is: String(found.partitions.length), should: String(plan.partitions) },
    ...(replication === undefined
      ? []
      : [{ what: 'replication', is: String(copies), should: String(replication) }]),
    ...Object.entries(plan.settings).map(([what, should]) => ({ what, is: settings.get(what), should })),
  ];
  return compared.filter(({ is, should }) => is !== should);
}

async function settingsOf(admin: Admin, topic: string): Promise<ReadonlyMap<string, string>> {
  const { resources }: DescribeConfigResponse = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: TOPIC_RESOURCE, name: topic }],
  });
  return new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
}

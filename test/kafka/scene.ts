import { randomUUID } from 'node:crypto';
import {
  type Admin,
  type CompressionTypes,
  Kafka,
  type KafkaMessage,
  type Message,
  type Producer,
} from 'kafkajs';
import { type Running, startService } from '../http/harness.ts';
import { setUp } from '../rows/set-up.ts';
import { until } from '../fixtures/waiting.ts';
import { ANSWER_MS_MAX, type KafkaCluster } from '../servers/kafka/index.ts';

/** A service of its own beside others on the same brokers: its topics and its group bear a name of their own. */
export interface Scene {
  readonly running: Running;
  readonly settings: Readonly<Record<string, string>>;
  readonly names: Names;
  readonly admin: Admin;
  readonly producer: Producer;
  /** Sends records to one partition of the event topic, in their order. */
  readonly send: (
    records: readonly EventRecord[],
    partition?: number,
    compression?: CompressionTypes,
  ) => Promise<void>;
  /** Waits until so many messages, repeats aside, were received since the log began; answers what became of them. */
  readonly received: (count: number) => Promise<Counts>;
  readonly end: () => Promise<void>;
}

export interface Names {
  readonly events: string;
  readonly rejected: string;
  readonly group: string;
}

/** `value: null` is a tombstone. A header that is an array is told that many times. */
export type EventRecord = Omit<Message, 'partition'>;

export interface Counts {
  readonly received: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly parked: number;
  readonly rejected: number;
}

interface SceneOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** False: the topics are made later, by the test. */
  readonly makesTopics?: boolean;
}

export function namesOf(): Names {
  const own = randomUUID().slice(0, 8);
  return { events: `events-${own}`, rejected: `rejected-${own}`, group: `group-${own}` };
}

export const settingsOf = (kafka: KafkaCluster, names: Names): Readonly<Record<string, string>> => ({
  AUTH: 'off',
  LOG_LEVEL: 'fatal',
  ROLES: 'http,intake,posting,availability',
  KAFKA_BROKERS: kafka.brokers.join(','),
  KAFKA_EVENT_TOPICS: names.events,
  KAFKA_REJECTED_TOPIC: names.rejected,
  KAFKA_GROUP_ID: names.group,
});

/** Topics, a service that consumes, and what a shop needs. */
export async function openScene(kafka: KafkaCluster, options: SceneOptions = {}): Promise<Scene> {
  const names = namesOf();
  const { admin, producer, disconnect } = await connect(kafka);
  if (options.makesTopics !== false) await makeTopics(admin, names);
  const settings = { ...settingsOf(kafka, names), ...options.settings };
  const running = await startService(settings);
  await setUp(running);
  if (options.makesTopics !== false) await untilReady(running);
  return {
    ...{ running, settings, names, admin, producer },
    send: async (records, partition = 0, compression) => {
      await producer.send({
        topic: names.events,
        acks: -1,
        ...(compression !== undefined && { compression }),
        messages: records.map((record) => ({ ...record, partition })),
      });
    },
    received: (count) => receivedBy(running, count),
    end: async () => {
      await running.stop();
      await disconnect();
    },
  };
}

export async function connect(kafka: KafkaCluster) {
  const client = new Kafka({ ...kafka.clientConfig(), retry: { retries: 30, maxRetryTime: 500 } });
  const admin = client.admin();
  const producer = client.producer({ idempotent: false, allowAutoTopicCreation: false });
  await admin.connect();
  await producer.connect();
  const disconnect = async (): Promise<void> => {
    await producer.disconnect();
    await admin.disconnect();
  };
  return { client, admin, producer: sendingOnce(producer), disconnect };
}

/** After its `timeout` (30 s by default) a broker says that the copies are missing, and kafkajs writes the records again. */
const sendingOnce = (producer: Producer): Producer => ({
  ...producer,
  send: (record) => producer.send({ timeout: ANSWER_MS_MAX / 2, ...record }),
});

/** One copy of each partition, spread over so many brokers: 0 is with the first, 1 with the second. */
export const oneCopyOver = (brokers: number, partitions: number) =>
  Array.from({ length: partitions }, (_, partition) => ({
    partition,
    replicas: [1 + (partition % brokers)],
  }));

/** `replicaAssignment`: which brokers have the event topic; default as many copies as there may be. */
export async function makeTopics(
  admin: Admin,
  { events, rejected }: Names,
  partitions = 1,
  replicaAssignment?: ReturnType<typeof oneCopyOver>,
): Promise<void> {
  const spread = replicaAssignment ? { replicaAssignment } : { numPartitions: partitions };
  const topics = [
    { topic: events, ...spread, configEntries: sizes(8) },
    {
      topic: rejected,
      numPartitions: 1,
      configEntries: sizes(4),
    },
  ];
  await admin.createTopics({ waitForLeaders: false, topics });
  await until(async () => {
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [events, rejected] });
    return found.every(({ partitions: all }) => all.length > 0 && all.every(({ leader }) => leader >= 0));
  }, 'the topics are there');
}

const sizes = (megabytes: number) => [{ name: 'max.message.bytes', value: String(megabytes * 1024 * 1024) }];

const untilReady = ({ ask }: Pick<Running, 'ask'>): Promise<void> =>
  until(async () => (await ask('GET /health/ready')).status === 200, 'ready');

export async function receivedBy({ ask }: Pick<Running, 'ask'>, count: number): Promise<Counts> {
  let counts: Counts | undefined;
  await until(async () => {
    counts = (await ask('GET /v1/status')).json?.counts as Counts;
    if (counts.received - counts.duplicate >= count) return true;
    throw new Error(JSON.stringify(counts));
  }, `${count} received`);
  return counts!;
}

/** Every record of a topic with few of them, oldest first: at least so many. */
export async function recordsOf(kafka: KafkaCluster, topic: string, count: number): Promise<KafkaMessage[]> {
  const { client, disconnect } = await connect(kafka);
  const consumer = client.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 100 });
  // By place: a reader that loses its session begins again.
  const records = new Map<string, KafkaMessage>();
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ partition, message }) => {
        records.set(`${partition}:${message.offset}`, message);
        return Promise.resolve();
      },
    });
    await until(() => records.size >= count, `${count} records in ${topic}`);
    return [...records.values()];
  } finally {
    await consumer.disconnect();
    await disconnect();
  }
}

/** A header's last value as text. */
export function headerText({ headers }: Pick<KafkaMessage, 'headers'>, name: string): string | undefined {
  const told = headers?.[name];
  return (Array.isArray(told) ? told.at(-1) : told)?.toString();
}

export const structured = (event: unknown): EventRecord => ({
  value: typeof event === 'string' || Buffer.isBuffer(event) ? event : JSON.stringify(event),
  headers: { 'content-type': 'application/cloudevents+json' },
});

/** The same event with its attributes in headers. */
export function binary({ data, ...attributes }: Readonly<Record<string, unknown>>): EventRecord {
  const headers = Object.entries(attributes).map(([name, value]) => [`ce_${name}`, String(value)]);
  return { value: JSON.stringify(data), headers: Object.fromEntries(headers) as Record<string, string> };
}

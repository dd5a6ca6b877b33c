import { randomUUID } from 'node:crypto';
import { Kafka } from 'kafkajs';
import type { Service } from '../e2e/service.ts';
import { until } from '../fixtures/waiting.ts';
import type { KafkaCluster } from '../servers/kafka/index.ts';

export interface TopicRead {
  /** The last value of each key, its fields sorted. */
  readonly newest: ReadonlyMap<string, string>;
  readonly records: number;
  readonly olderThanBefore: number;
  readonly toldTwice: number;
}

/** All of the compacted topic, by a consumer that knows nothing of OnHand. */
async function readTopic(kafka: KafkaCluster, topic: string): Promise<TopicRead> {
  const client = new Kafka(kafka.clientConfig());
  const admin = client.admin();
  await admin.connect();
  const ends = new Map(
    (await admin.fetchTopicOffsets(topic)).map(({ partition, high, low }) => [
      partition,
      Number(high) > Number(low) ? Number(high) : 0,
    ]),
  );
  await admin.disconnect();
  const newest = new Map<string, string>();
  const versions = new Map<string, number>();
  const found = { records: 0, olderThanBefore: 0, toldTwice: 0 };
  const consumer = client.consumer({ groupId: `proof-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });

  const left = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition));
  const { promise: isRead, resolve: done } = Promise.withResolvers<void>();
  if (left.size === 0) done();
  await consumer.run({
    eachBatch: ({ batch }) => {
      for (const { key, value } of batch.messages) {
        const number = JSON.parse(value!.toString()) as { version: number };
        const name = key!.toString();
        const before = versions.get(name) ?? 0;
        found.records++;
        if (number.version < before) found.olderThanBefore++;
        if (number.version === before) found.toldTwice++;
        versions.set(name, number.version);
        newest.set(name, JSON.stringify(sorted(number)));
      }
      if (Number(batch.lastOffset()) + 1 >= ends.get(batch.partition)!) left.delete(batch.partition);
      if (left.size === 0) done();
      return Promise.resolve();
    },
  });
  await isRead;
  await consumer.disconnect();
  return { newest, ...found };
}

/**
 * All of the topic once each of these keys' last record is this, or where that never comes to be: it is told a little
 * after the service is at rest.
 */
export async function readSettledTopic(
  kafka: KafkaCluster,
  topic: string,
  answered: ReadonlyMap<string, string>,
): Promise<TopicRead> {
  let read = await readTopic(kafka, topic);
  const isSettled = async (): Promise<boolean> => {
    if ([...answered].every(([key, value]) => read.newest.get(key) === value)) return true;
    read = await readTopic(kafka, topic);
    return false;
  };
  await until(isSettled, 'the topic is what GET answers').catch(() => undefined);
  return read;
}

/** Every number that the service answers, in the form of `TopicRead.newest`. */
export async function answeredNumbers(
  service: Service,
  channels: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const answered = new Map<string, string>();
  for (const channel of channels) {
    for await (const number of pages(service, `/v1/channels/${channel}/availability?limit=1000`)) {
      answered.set(`${channel}:${number.listing}`, JSON.stringify(sorted(number)));
    }
  }
  return answered;
}

/** The items of every page. */
export async function* pages(service: Service, path: string): AsyncGenerator<any> {
  for (let cursor = ''; ;) {
    const { body } = await service.get(path + cursor);
    yield* body.items;
    if (body.next === null) return;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
}

const sorted = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));

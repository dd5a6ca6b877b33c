import { randomUUID } from 'node:crypto';
import { type IHeaders, Kafka, type KafkaConfig } from 'kafkajs';
import { until } from '../fixtures/waiting.ts';

/** A record of a compacted topic, as a newcomer reads it. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: {
    readonly version: number;
    readonly available?: number;
    readonly [field: string]: unknown;
  };
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads a topic from its start to where it ends now, with nothing but kafkajs. */
export async function readTopic(config: KafkaConfig, topic: string): Promise<readonly TopicRecord[]> {
  const kafka = new Kafka({ ...config, retry: { retries: 8 } });
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const left = new Map(
    offsets.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, Number(high)]),
  );
  const records: TopicRecord[] = [];
  const readThrough = new Map<number, number>();
  const consumer = kafka.consumer({ groupId: `newcomer-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      for (const { offset, key, value, headers } of batch.messages) {
        // A reader that loses its session on a busy machine begins again.
        if (Number(offset) <= (readThrough.get(batch.partition) ?? -1)) continue;
        readThrough.set(batch.partition, Number(offset));
        records.push({
          partition: batch.partition,
          offset: Number(offset),
          key: String(key),
          value: JSON.parse(String(value)) as TopicRecord['value'],
          headers: textHeaders(headers),
        });
      }
      if (Number(batch.lastOffset()) + 1 >= (left.get(batch.partition) ?? Infinity))
        left.delete(batch.partition);
      return Promise.resolve();
    },
  });
  try {
    await until(() => left.size === 0, `${topic} is read to its end`);
    return records;
  } finally {
    await consumer.disconnect();
  }
}

/** The last value of each key. */
export const lastOf = (records: readonly TopicRecord[]): ReadonlyMap<string, TopicRecord['value']> =>
  new Map(records.map(({ key, value }) => [key, value]));

/** Keys of which an older version stands behind a newer one, and how often the same stands there again. */
export function disorderOf(records: readonly TopicRecord[]): {
  readonly older: string[];
  readonly repeated: number;
} {
  const newest = new Map<string, number>();
  const older: string[] = [];
  let repeated = 0;
  for (const { key, value } of records) {
    const before = newest.get(key) ?? 0;
    if (value.version < before) older.push(`${key}@${value.version} behind ${before}`);
    if (value.version === before) repeated++;
    newest.set(key, Math.max(before, value.version));
  }
  return { older, repeated };
}

const textHeaders = (headers: IHeaders | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));

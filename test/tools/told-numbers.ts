import type { Service } from '../e2e/service.ts';
import { until } from '../fixtures/waiting.ts';
import { disorderOf, lastOf, readTopic } from '../kafka/topic-picture.ts';
import type { KafkaCluster } from '../servers/kafka/index.ts';

interface TopicRead {
  /** The last value of each key, its fields sorted. */
  readonly newest: ReadonlyMap<string, string>;
  readonly records: number;
  readonly olderThanBefore: number;
  readonly toldTwice: number;
}

/** All of the compacted topic, by a consumer that knows nothing of OnHand. */
async function readNumbers(kafka: KafkaCluster, topic: string): Promise<TopicRead> {
  const records = await readTopic(kafka.clientConfig(), topic);
  const { older, repeated } = disorderOf(records);
  const newest = [...lastOf(records)].map(([key, value]) => [key, JSON.stringify(sorted(value))] as const);
  return {
    newest: new Map(newest),
    records: records.length,
    olderThanBefore: older.length,
    toldTwice: repeated,
  };
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
  let read = await readNumbers(kafka, topic);
  const isSettled = async (): Promise<boolean> => {
    if ([...answered].every(([key, value]) => read.newest.get(key) === value)) return true;
    read = await readNumbers(kafka, topic);
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

import type { Producer } from 'kafkajs';
import { openKafka, PATIENT, sendTo } from '#kafka';
import { openLog } from '../../src/log.ts';
import { until } from '../fixtures/waiting.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import {
  changeOften,
  connectionTo,
  createTopics,
  MUCH,
  numbersIn,
  numbersOf,
  openPublisherScene,
  PARTITIONS,
  topicNames,
} from './publisher-scene.ts';
import { disorderOf, lastOf, readTopic } from './topic-picture.ts';

/** Acknowledged in about a second. */
const A_SECONDS_RECORDS = 2_000;

describe('three brokers of Kafka 4.1.1, published to', () => {
  let kafka: KafkaCluster;

  beforeAll(async () => {
    kafka = await startKafka({ version: '4.1.1', nodes: 3 });
  });

  afterAll(() => kafka?.stop());

  it('hold every number at last, though a leader is killed under load', async () => {
    const { stage, topics, process, end } = await openPublisherScene(kafka);
    const changing = changeOften(stage);
    await changing.more(MUCH);
    await kafka.kill(); // It leads some of the partitions.
    await changing.more(5 * MUCH);
    await kafka.restart();
    await changing.more(2 * MUCH);
    await changing.end();
    await process.settled();
    const records = await readTopic(kafka.clientConfig(), topics.availability);
    expect(numbersIn(records)).toEqual(numbersOf(stage));
    expect(disorderOf(records).older).toEqual([]);
    await end();
  });

  it('have all that was acknowledged, however small the sends, though leaders are killed', async () => {
    const topics = topicNames();
    await createTopics(kafka, topics);
    const client = openKafka(connectionTo(kafka), { log: openLog('fatal').logger, retry: PATIENT });
    const producer = client.producer({ idempotent: false });
    await producer.connect();
    const sends = manySmallSends(producer, topics.availability);
    for (const node of [1, 2, 3]) {
      await sends.more(A_SECONDS_RECORDS);
      await kafka.kill(node);
      await sends.more(2 * A_SECONDS_RECORDS);
      await kafka.restart(node);
    }
    const acknowledged = await sends.end();
    await producer.disconnect();
    const there = lastOf(await readTopic(kafka.clientConfig(), topics.availability));
    expect(acknowledged.filter((key) => !there.has(key))).toEqual([]);
  });
});

/** One send at a time to each partition, of one to nine records, until the end; answers the keys that are told to be there. */
function manySmallSends(producer: Producer, topic: string) {
  const acknowledged: string[] = [];
  let isOver = false;
  const lane = async (partition: number): Promise<void> => {
    for (let send = 0; !isOver; send++) {
      const keys = Array.from({ length: 1 + (send % 9) }, (_, n) => `${partition}:${send}-${n}`);
      const records = keys.map((key) => ({ key, value: '{"version":1}' }));
      await sendTo(producer, { topic, partition }, records);
      acknowledged.push(...keys);
    }
  };
  const lanes = Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => lane(partition)));
  return {
    more: (count: number): Promise<void> => {
      const enough = acknowledged.length + count;
      return until(() => acknowledged.length >= enough, `${count} more are acknowledged`);
    },
    end: async (): Promise<readonly string[]> => {
      isOver = true;
      await lanes;
      return acknowledged;
    },
  };
}

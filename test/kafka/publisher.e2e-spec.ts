import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigResourceTypes, Kafka } from 'kafkajs';
import { IMPATIENT, openKafka, sendTo } from '#kafka';
import { partitionOf } from '#publishing/kafka';
import { Stage } from '../../libs/publishing/testing/stage.ts';
import { createLog, openLog } from '../../src/log.ts';
import { until } from '../fixtures/waiting.ts';
import { KAFKA_VERSIONS, type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import {
  changeOften,
  connectionTo,
  createTopics,
  MUCH,
  numbersIn,
  numbersOf,
  openPublisherScene,
  PARTITIONS,
  Process,
  topicNames,
  type Topics,
} from './publisher-scene.ts';
import { disorderOf, lastOf, readTopic } from './topic-picture.ts';

const NEWEST = '4.1.1';

describe.each(KAFKA_VERSIONS.map((version) => [version]))('publishing to Kafka %s', (version) => {
  let kafka: KafkaCluster;

  beforeAll(async () => {
    kafka = await startKafka({ version });
  });

  afterAll(() => kafka?.stop());

  playOn(() => kafka);
  if (version === NEWEST) playMoreOn(() => kafka);
});

function playOn(kafkaNow: () => KafkaCluster): void {
  it('writes each listing and order to its partition, as CloudEvents, the newest last', async () => {
    const kafka = kafkaNow();
    const { stage, topics, process, end } = await openPublisherScene(kafka);
    for (let n = 1; n <= 50; n++) {
      await stage.setNumbers('web', { [`L-${n % 10}`]: n, ALL: n });
      await stage.changeOrder('pos', `O-${n % 7}`, n < 40 ? 'open' : 'shipped');
      if (n % 5 === 0) await stage.project();
    }
    await process.settled();
    const numbers = await readTopic(kafka.clientConfig(), topics.availability);
    expect(numbersIn(numbers)).toEqual(numbersOf(stage));
    expect(disorderOf(numbers)).toEqual({ older: [], repeated: 0 });
    expect(numbers.every(({ key, partition }) => partition === partitionOf(key, PARTITIONS))).toBe(true);
    const last = numbers.findLast(({ key }) => key === 'web:ALL')!;
    expect(last.value).toMatchObject({ channel: 'web', listing: 'ALL', available: 50, reason: 'receipt' });
    expect(last.headers).toEqual({
      ce_specversion: '1.0',
      ce_type: 'onhand.availability.changed.v1',
      ce_id: expect.stringMatching(/^availability-\d+-[0-9a-f]{16}$/) as string,
      ce_source: 'onhand',
      ce_time: last.value['recordedAt'],
      'content-type': 'application/json',
    });
    const orders = await readTopic(kafka.clientConfig(), topics.orders);
    const statuses = [...lastOf(orders).values()].map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 7 }, () => 'shipped'));
    expect(disorderOf(orders)).toEqual({ older: [], repeated: 0 });
    await end();
  });

  it('puts right what somebody else writes over it', async () => {
    const kafka = kafkaNow();
    const { stage, topics, process, end } = await openPublisherScene(kafka);
    const old = await stage.publish('web', { A: 1 });
    await stage.publish('web', { A: 2 });
    await stage.changeOrder('web', 'O-1', 'open');
    await stage.changeOrder('web', 'O-1', 'shipped');
    await stage.changeOrder('web', 'O-2', 'open');
    await stage.project();
    await process.settled();
    const producer = new Kafka(kafka.clientConfig()).producer();
    await producer.connect();
    const late = (key: string, value: object) => ({ key, value: JSON.stringify(value) });
    await producer.send({
      topic: topics.availability,
      messages: [late('web:A', { version: old, available: 1 })],
    });
    await producer.send({
      topic: topics.orders,
      messages: [late('web:O-1', { version: 1, status: 'open' })],
    });
    await producer.disconnect();
    await until(async () => {
      const numbers = lastOf(await readTopic(kafka.clientConfig(), topics.availability));
      const orders = lastOf(await readTopic(kafka.clientConfig(), topics.orders));
      expect([numbers.get('web:A')?.available, orders.get('web:O-1')?.['status']]).toEqual([2, 'shipped']);
      return true;
    }, 'it is put right');
    await end();
  });

  it('has an answer for each partition, also where sends share a request', async () => {
    const kafka = kafkaNow();
    const topics = topicNames();
    await createTopics(kafka, topics);
    const client = openKafka(connectionTo(kafka), { log: openLog('fatal').logger, retry: IMPATIENT });
    const producer = client.producer();
    const send = (key: string | null, partition: number): Promise<number> =>
      sendTo(producer, { topic: topics.availability, partition }, [{ key, value: '{"version":1}' }]);
    await producer.connect();
    const first = Array.from({ length: PARTITIONS }, (_, partition) => `web:${partition}`);
    for (const [partition, key] of first.entries()) await send(key, partition); // Now all have a leader.
    let requests = 0;
    producer.on(producer.events.REQUEST, () => void requests++);
    // A compacted topic refuses what has no key.
    const keys = ['web:A', 'web:B', null, 'web:D', 'web:E', 'web:F'];
    const ends = await Promise.allSettled(keys.map(send));
    expect(ends.map(({ status }) => status === 'fulfilled')).toEqual(keys.map((key) => key !== null));
    expect(requests).toBe(1);
    const records = await readTopic(kafka.clientConfig(), topics.availability);
    const told = keys.filter((key) => key !== null);
    expect(records.map(({ key }) => key).sort()).toEqual([...first, ...told]);
    await producer.disconnect();
  });
}

function playMoreOn(kafkaNow: () => KafkaCluster): void {
  it('goes on where it was after a restart', async () => {
    const kafka = kafkaNow();
    const { stage, topics, process, connection, end } = await openPublisherScene(kafka);
    for (let n = 1; n <= 20; n++) await stage.publish('web', { [`L-${n}`]: n });
    await process.settled();
    await process.stop();
    await stage.publish('web', { 'L-1': 100 });
    const next = new Process(stage, connection, topics);
    await next.settled();
    const records = await readTopic(kafka.clientConfig(), topics.availability);
    expect(records).toHaveLength(21);
    expect(numbersIn(records)).toEqual(numbersOf(stage));
    await next.stop();
    await end();
  });

  it('leaves out what is larger than its topic takes, and names it in the log', async () => {
    const kafka = kafkaNow();
    const { stage, topics, process, connection, end } = await openPublisherScene(kafka);
    await process.stop();
    const admin = new Kafka(kafka.clientConfig()).admin();
    await admin.connect();
    const configEntries = [{ name: 'max.message.bytes', value: '100' }];
    const small = { type: ConfigResourceTypes.TOPIC, name: topics.availability, configEntries };
    await admin.alterConfigs({ validateOnly: false, resources: [small] });
    await admin.disconnect();
    const lines: unknown[] = [];
    const log = createLog('error', { write: (line) => void lines.push(JSON.parse(line)) });
    const next = new Process(stage, connection, topics, log);
    await stage.publish('web', { A: 1 });
    await until(() => lines.length > 0, 'it is said');
    expect(lines[0]).toMatchObject({ topic: topics.availability, record: 'web:A' });
    await next.stop();
    await end();
  });

  it('waits for a topic that does not exist, and does not create it', async () => {
    const kafka = kafkaNow();
    const topics = topicNames();
    const stage = await Stage.open();
    const process = new Process(stage, connectionTo(kafka), topics);
    await stage.publish('web', { A: 1 });
    await until(() => process.loops.states()['kafka-availability'] === 'retrying', 'it tries again');
    expect(process.publisher.states()).toEqual({ availability: 'starting', orders: 'starting' });
    expect(await topicsOf(kafka)).not.toContain(topics.availability);
    await createTopics(kafka, topics);
    await process.settled();
    expect(numbersIn(await readTopic(kafka.clientConfig(), topics.availability))).toEqual(numbersOf(stage));
    await process.stop();
    await stage.close();
  });

  it('begins where a partition ends in a transaction that was aborted', async () => {
    const kafka = kafkaNow();
    const { stage, topics, process, connection, end } = await openPublisherScene(kafka);
    await stage.publish('web', { A: 1 });
    await process.settled();
    await process.stop();
    await abortIn(kafka, topics.availability);
    await stage.publish('web', { A: 2 });
    const next = new Process(stage, connection, topics);
    await next.settled();
    await until(async () => {
      const numbers = lastOf(await readTopic(kafka.clientConfig(), topics.availability));
      return numbers.get('web:A')?.available === 2;
    }, 'it is told');
    await next.stop();
    await end();
  });

  it('can be stopped while no broker is there, whether it had begun or not', async () => {
    const kafka = kafkaNow();
    const { stage, topics, process, connection, end } = await openPublisherScene(kafka);
    await stage.publish('web', { A: 1 });
    await process.settled();
    await kafka.kill();
    await stage.publish('web', { A: 2 });
    await until(() => process.publisher.states().availability === 'waiting', 'it says that it waits');
    const other = new Process(stage, connection, topics);
    await pause(500);
    const stopped = Promise.all([process.stop(), other.stop()]).then(() => 'stopped');
    // Who waits for a broker waits for ever: this bound is far above what stopping takes, 8 s.
    expect(await Promise.race([stopped, pause(45_000).then(() => 'still there')])).toBe('stopped');
    await kafka.restart();
    await end();
  });

  it('fills a topic again that is deleted and recreated while it runs', async () => {
    const kafka = kafkaNow();
    const { stage, topics, process, end } = await openPublisherScene(kafka);
    for (let n = 0; n < 100; n++) await stage.changeOrder('web', `O-${n}`, 'open');
    await stage.publish('web', Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`L-${n}`, n])));
    await process.settled();
    await deleteTopics(kafka, topics);
    await stage.changeOrder('web', 'O-0', 'shipped'); // Shops go on selling.
    await stage.publish('web', { 'L-0': 100 });
    await createTopics(kafka, topics);
    await stage.changeOrder('web', 'O-1', 'shipped');
    await stage.publish('web', { 'L-1': 100 });
    await until(async () => {
      const orders = lastOf(await readTopic(kafka.clientConfig(), topics.orders));
      const numbers = await readTopic(kafka.clientConfig(), topics.availability);
      expect(numbersIn(numbers)).toEqual(numbersOf(stage));
      expect(orders.size).toBe(100);
      return true;
    }, 'all are there');
    await end();
  });

  it('loses nothing to a broker that is killed and comes back', async () => {
    const kafka = kafkaNow();
    const { stage, topics, process, end } = await openPublisherScene(kafka);
    const changing = changeOften(stage);
    await changing.more(MUCH);
    await kafka.kill();
    await changing.more(MUCH);
    await kafka.restart();
    await changing.more(MUCH);
    await changing.end();
    await process.settled();
    const records = await readTopic(kafka.clientConfig(), topics.availability);
    expect(numbersIn(records)).toEqual(numbersOf(stage));
    expect(disorderOf(records).older).toEqual([]);
    await end();
  });
}

async function deleteTopics(kafka: KafkaCluster, topics: Topics): Promise<void> {
  const admin = new Kafka(kafka.clientConfig()).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: Object.values(topics) });
  await admin.disconnect();
}

/** Somebody begins to remove a listing, and thinks better of it. */
async function abortIn(kafka: KafkaCluster, topic: string): Promise<void> {
  const producer = new Kafka(kafka.clientConfig()).producer({
    transactionalId: randomUUID(),
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({
    topic,
    messages: [{ key: 'web:A', value: null, partition: partitionOf('web:A', PARTITIONS) }],
  });
  await transaction.abort();
  await producer.disconnect();
}

async function topicsOf(kafka: KafkaCluster): Promise<string[]> {
  const admin = new Kafka(kafka.clientConfig()).admin();
  await admin.connect();
  try {
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
}

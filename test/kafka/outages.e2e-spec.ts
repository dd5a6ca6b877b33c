import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Service } from '../e2e/service.ts';
import { until } from '../fixtures/waiting.ts';
import { KAFKA_VERSIONS, type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import { errorsIn, openIntakeScene, saleRecord, soldOfA } from './intake-scene.ts';
import { connect, headerText, makeTopics, namesOf, recordsOf, settingsOf } from './scene.ts';

const FOREIGN = new URL('ForeignProducer.java', import.meta.url).pathname;
const FOREIGN_RECORDS = 200;
const CODECS = 5;

describe.each(KAFKA_VERSIONS.map((version) => [version]))(
  'what another client has written to Kafka %s',
  (version) => {
    let kafka: KafkaCluster;

    beforeAll(async () => {
      kafka = await startKafka({ version });
    });
    afterAll(() => kafka?.stop());

    it('is read: each codec, only committed transactions, headers without value', async () => {
      const scene = await openIntakeScene(kafka);
      const { running, start, names, atRest } = scene;
      const { ready, words } = start();
      await ready();
      const classPath = `${kafka.jars}/*`;
      await promisify(execFile)('java', ['-cp', classPath, FOREIGN, kafka.brokers[0]!, names.events]);
      const good = (CODECS + 2) * FOREIGN_RECORDS + 1;
      expect(await atRest(good + 1)).toMatchObject({ accepted: good, duplicate: 0, rejected: 1 });
      expect(await soldOfA(running)).toBe(good);
      const [rejected] = await recordsOf(kafka, names.rejected, 1);
      expect(headerText(rejected!, 'onhand-code')).toBe('HEADER_INVALID');
      expect(headerText(rejected!, 'ce_source')).toBe('');
      expect(headerText(rejected!, 'x-empty')).toBe('');
      // Gaps that ends of transactions leave are nobody's loss.
      expect(errorsIn(words)).toEqual([]);
      await scene.end();
    });
  },
);

describe('Kafka 4.1.1 comes and goes', () => {
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka({ version: '4.1.1' });
  });
  afterAll(() => kafka?.stop());

  it('killed and back: messages are taken on without a crash of the consumer', async () => {
    const scene = await openIntakeScene(kafka, 4);
    const { running, start, sell, received } = scene;
    const { ready, intake, words, fatal } = start();
    await ready();
    await sell('a', 1_000);
    await received(500);
    await kafka.kill();
    await pause(3_000); // An outage that lasts: no limit depends on it.
    await kafka.restart();
    await sell('b', 1_000);
    expect(await received(2_000)).toMatchObject({ accepted: 2_000 });
    expect(await soldOfA(running)).toBe(2_000);
    expect(fatal).toEqual([]);
    // It kept its place in the group: who gives up waits for his own old session to expire.
    expect(words.filter((said) => said.includes('crashed'))).toEqual([]);
    await until(() => intake.status().isReady, 'it consumes');
    await scene.end();
  });

  it('away for longer: intake says so, and is not ready until it is back', async () => {
    const scene = await openIntakeScene(kafka);
    const { start, sell, received } = scene;
    const { ready, intake } = start();
    await ready();
    await kafka.kill();
    await until(() => !intake.status().isReady, 'it is not ready');
    expect(intake.status().trouble).toContain('has answered a fetch');
    await kafka.restart();
    await until(() => intake.status().isReady, 'it consumes');
    expect(intake.status().trouble).toBeUndefined();
    await sell('a', 10);
    expect(await received(10)).toMatchObject({ accepted: 10 });
    await scene.end();
  });

  it('away at the start: intake waits without a flood of tries or log lines, and begins by itself', async () => {
    const scene = await openIntakeScene(kafka);
    const { start, sell, received } = scene;
    await kafka.kill();
    const { intake, words } = start();
    await until(() => intake.status().trouble !== undefined, 'it says what is wrong');
    expect(intake.status()).toMatchObject({ state: 'connecting', isReady: false });
    expect(intake.status().trouble).toContain(`No broker answers at ${kafka.brokers[0]}`);
    const knocks = await socketsOpenedWithin(2_000);
    expect(knocks).toBeLessThan(20);
    expect(words.filter((said) => said.startsWith('error'))).toHaveLength(1);
    await kafka.restart();
    await until(() => intake.status().isReady, 'it consumes');
    await sell('a', 10);
    await received(10);
    await scene.end();
  });

  it('there all the time: a service killed between append and commit counts each message once', async () => {
    const names = namesOf();
    const { admin, producer, disconnect } = await connect(kafka);
    await makeTopics(admin, names, 4);
    const service = await Service.start({ ...settingsOf(kafka, names) });
    try {
      await service.put('/v1/locations/east', { kind: 'warehouse' });
      await service.put('/v1/channels/web', { kind: 'storefront', locations: ['east'] });
      await service.put('/v1/items/A', {});
      const messages = Array.from({ length: 3_000 }, (_, n) => ({
        ...saleRecord(`${n}`),
        partition: n % 4,
      }));
      await producer.send({ topic: names.events, messages });
      await until(async () => (await accepted(service)) > 300, 'it is in the middle');
      await service.end('SIGKILL');
      await service.run();
      await until(async () => (await accepted(service)) === 3_000, 'all are taken');
      await service.settle();
      const { totals } = (await service.get('/v1/items/A')).body;
      expect(totals.onHand).toBe(-3_000);
      await until(async () => {
        const metrics = String((await service.get('/metrics')).body);
        expect(metrics).toContain('onhand_door_ready{door="kafka"} 1');
        expect(metrics).toContain('onhand_records_behind{door="kafka"} 0');
        return true;
      }, 'its measures say so');
      expect(await service.end('SIGTERM')).toBe(0);
    } finally {
      await service.stop();
      await disconnect();
    }
  });
});

/** Three brokers, and the one that keeps the group's offsets is killed: another takes its place. */
describe('three brokers of Kafka 4.1.1', () => {
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka({ version: '4.1.1', nodes: 3 });
  });
  afterAll(() => kafka?.stop());

  it.each([
    ['while it is busy', 2_000],
    ['before the first record', 0],
  ])('lose nothing of what comes in when the coordinator of the group is killed %s', async (_, before) => {
    const scene = await openIntakeScene(kafka, 6);
    const { running, names, start, committed, sell, received } = scene;
    try {
      const { ready, intake, fatal } = start();
      await ready();
      await sell('a', before);
      await received(before / 4);
      const node = await coordinatorOf(kafka, names.group);
      await kafka.kill(node);
      await sell('b', 2_000);
      await received(before + 2_000);
      await until(() => intake.status().isReady, 'it consumes');
      const all = async (): Promise<number> =>
        (await committed()).reduce((sum, next) => sum + Math.max(next, 0), 0);
      await until(async () => (await all()) === before + 2_000, 'all is committed, though it is not back');
      await kafka.restart(node);
      expect(await received(before + 2_000)).toMatchObject({ accepted: before + 2_000 });
      expect(await soldOfA(running)).toBe(before + 2_000);
      expect(fatal).toEqual([]);
    } finally {
      await scene.end();
    }
  });
});

const accepted = async (service: Service): Promise<number> =>
  (await service.get('/v1/status')).body.counts.accepted;

/** So many times somebody here knocks at a door meanwhile; a slow machine knocks less often. */
async function socketsOpenedWithin(ms: number): Promise<number> {
  let opened = 0;
  const count = (): void => void opened++;
  subscribe('net.client.socket', count);
  await pause(ms);
  unsubscribe('net.client.socket', count);
  return opened;
}

/** Which node, from 1, coordinates the group: they are numbered as their addresses are. */
const coordinatorOf = (kafka: KafkaCluster, group: string): Promise<number> =>
  leaderOf(kafka, offsetsPartition(group, 4));

/** Kafka keeps a group in the partition of its name's hash, as Java reckons it. */
function offsetsPartition(group: string, partitions: number): number {
  let hash = 0;
  for (const character of group) hash = (Math.imul(31, hash) + character.charCodeAt(0)) | 0;
  return (hash & 0x7fff_ffff) % partitions;
}

async function leaderOf(kafka: KafkaCluster, partition: number): Promise<number> {
  const { admin, disconnect } = await connect(kafka);
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: ['__consumer_offsets'] });
    return topics[0]!.partitions.find(({ partitionId }) => partitionId === partition)!.leader;
  } finally {
    await disconnect();
  }
}

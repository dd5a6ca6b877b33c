import { partOf } from '#kernel';
import { until } from '../fixtures/waiting.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import { type IntakeScene, openIntakeScene, saleRecord, soldOfA } from './intake-scene.ts';
import { numbersIn, numbersOf, openPublisherScene } from './publisher-scene.ts';
import { oneCopyOver } from './scene.ts';
import { readTopic } from './topic-picture.ts';

const BROKERS = 3;
const PARTITIONS = 6;
const DEAD = 3;
const OF_THE_DEAD = [2, 5];
const OF_THE_LIVING = [0, 1, 3, 4];

/** Of each partition there is one copy: while its broker is away, nobody leads it. */
describe('partitions of Kafka 4.1.1 with one copy each, on three brokers', () => {
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka({ version: '4.1.1', nodes: BROKERS });
  });
  afterAll(() => kafka?.stop());

  const openScene = (): Promise<IntakeScene> =>
    openIntakeScene(kafka, PARTITIONS, oneCopyOver(BROKERS, PARTITIONS));

  it('are read and committed where their broker lives when one is killed, and all when it is back', async () => {
    const scene = await openScene();
    const { running, start, committed, sell, received, atRest } = scene;
    try {
      const { ready, intake, fatal } = start();
      await ready();
      await sell('a', 3_000);
      await received(500);
      await kafka.kill(DEAD);
      await sellTo(scene, OF_THE_LIVING, 'b', 200);
      await until(async () => sum(await committed(), OF_THE_LIVING) === 2_800, 'the living are committed');
      await until(() => intake.status().waiting.length === OF_THE_DEAD.length, 'what stands is named');
      expect(intake.status().waiting.map(({ partition }) => partition)).toEqual(OF_THE_DEAD);
      expect(intake.status()).toMatchObject({ isReady: true, partitions: PARTITIONS });
      expect(intake.status().trouble).toContain('2, 5');
      await kafka.restart(DEAD);
      await sell('c', 600);
      expect(await atRest(4_400)).toMatchObject({ accepted: 4_400 });
      expect(await soldOfA(running)).toBe(4_400);
      await until(() => intake.status().waiting.length === 0, 'nothing stands');
      expect(intake.status().trouble).toBeUndefined();
      expect(fatal).toEqual([]);
    } finally {
      await scene.end();
    }
  });

  it('make intake not ready when the broker that has all of them is killed', async () => {
    const onlyCopies = Array.from({ length: PARTITIONS }, (_, partition) => ({
      partition,
      replicas: [DEAD],
    }));
    const scene = await openIntakeScene(kafka, PARTITIONS, onlyCopies);
    const { start, sell, received } = scene;
    try {
      const { ready, intake } = start();
      await ready();
      await kafka.kill(DEAD);
      await until(() => intake.status().waiting.length === PARTITIONS, 'all of them stand');
      expect(intake.status().isReady).toBe(false);
      expect(intake.status().trouble).toMatch(
        /^Partition .* 0, 1, 2, 3, 4, 5 is stopped\. .* keeps retrying\.$/,
      );
      await kafka.restart(DEAD);
      await until(() => intake.status().isReady, 'all of them are read');
      await sell('a', 60);
      expect(await received(60)).toMatchObject({ accepted: 60 });
    } finally {
      await scene.end();
    }
  });

  it('are read where their broker lives though one was dead before the start, and all once it is back', async () => {
    const scene = await openScene();
    const { running, start, sell, received, atRest } = scene;
    try {
      await sell('a', 600);
      await kafka.kill(DEAD);
      const { intake, words, fatal } = start();
      await received(400);
      await until(() => intake.status().waiting.length === OF_THE_DEAD.length, 'what stands is named');
      await sellTo(scene, OF_THE_LIVING, 'b', 100);
      await received(800);
      await kafka.restart(DEAD);
      expect(await atRest(1_000)).toMatchObject({ accepted: 1_000 });
      await sell('c', 600);
      expect(await atRest(1_600)).toMatchObject({ accepted: 1_600, duplicate: 0 });
      expect(await soldOfA(running)).toBe(1_600);
      // Until Kafka has noticed that it is gone, it may be said that it does not answer; but nothing was lost or gone back.
      expect(words.filter((said) => said.includes('check this partition'))).toEqual([]);
      expect(fatal).toEqual([]);
    } finally {
      await scene.end();
    }
  });

  it('get what changes where their broker lives when one is killed, and the rest when it is back', async () => {
    const { stage, topics, process, end } = await openPublisherScene(kafka, oneCopyOver(BROKERS, PARTITIONS));
    const listings = Array.from({ length: 600 }, (_, n) => `L-${n}`);
    const isOfTheDead = (key: string): boolean => OF_THE_DEAD.includes(partOf(key, PARTITIONS));
    const ofTheDead = listings.filter((listing) => isOfTheDead(`web:${listing}`));
    const change = (quantity: number): Promise<unknown> =>
      stage.publish('web', Object.fromEntries(listings.map((listing) => [listing, quantity])));
    const pending = (): number => process.publisher.figures().availability.pending;
    try {
      await change(1);
      await process.settled();
      await kafka.kill(DEAD);
      for (const quantity of [2, 3]) {
        await change(quantity);
        await until(() => pending() === ofTheDead.length, 'the living have theirs, read back');
      }
      expect(process.publisher.isAtRest).toBe(false);
      await kafka.restart(DEAD);
      await change(4);
      await process.settled();
      const records = await readTopic(kafka.clientConfig(), topics.availability);
      expect(numbersIn(records)).toEqual(numbersOf(stage));
      const told = records.filter(({ value }) => value?.['available'] === 3).map(({ key }) => key);
      expect(told.filter((key) => !isOfTheDead(key))).toHaveLength(listings.length - ofTheDead.length);
    } finally {
      await end();
    }
  });
});

async function sellTo(
  { producer, names: { events: topic } }: IntakeScene,
  partitions: readonly number[],
  name: string,
  each: number,
): Promise<void> {
  for (const partition of partitions) {
    const ids = Array.from({ length: each }, (_, n) => `${name}-${partition}-${n}`);
    await producer.send({ topic, acks: -1, messages: ids.map((id) => ({ ...saleRecord(id), partition })) });
  }
}

const sum = (offsets: readonly number[], partitions: readonly number[]): number =>
  partitions.reduce((all, partition) => all + Math.max(offsets[partition] ?? 0, 0), 0);

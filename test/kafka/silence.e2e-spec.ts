import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../fixtures/waiting.ts';
import { KafkaProxy, type KafkaCluster, REQUEST, startKafka } from '../servers/kafka/index.ts';
import { type IntakeScene, openIntakeScene, saleRecord } from './intake-scene.ts';
import { makeTopics } from './scene.ts';

describe('Kafka 4.1.1 that does not answer', () => {
  let proxy: KafkaProxy;
  let kafka: KafkaCluster;
  let scene: IntakeScene;

  beforeAll(async () => {
    proxy = await KafkaProxy.open();
    kafka = await startKafka({ version: '4.1.1', proxy });
  });

  beforeEach(async () => {
    scene = await openIntakeScene(kafka);
  });

  afterEach(async () => {
    proxy.release();
    await scene?.end();
  });

  afterAll(async () => {
    await kafka?.stop();
    await proxy.close();
  });

  it('commits keeps no message waiting', async () => {
    const { start, sell, received } = scene;
    await start().ready();
    proxy.withhold(REQUEST.offsetCommit);
    for (let n = 1; n <= 5; n++) {
      await sell(`a${n}`, 10);
      expect(await received(n * 10)).toMatchObject({ accepted: n * 10, duplicate: 0 });
    }
  });

  it('fetches, but everything else, gets a new consumer', async () => {
    const { start, names, admin, sell, atRest } = scene;
    const members = async (): Promise<string[]> => {
      const { groups } = await admin.describeGroups([names.group]);
      return groups[0]!.members.map(({ memberId }) => memberId);
    };
    const { ready, words, fatal } = start({ silentMsMax: 5_000 });
    await ready();
    const [before] = await members();
    proxy.withhold(REQUEST.fetch);
    await sell('a', 10);
    await until(() => words.some((said) => said.includes('the consumer is stuck')), 'it says so');
    proxy.release();
    await until(async () => {
      const now = await members();
      return now.length === 1 && now[0] !== before;
    }, 'another is there');
    expect(await atRest(10)).toMatchObject({ accepted: 10, duplicate: 0 });
    expect(fatal).toEqual([]);
  });

  it('a join until the process has stopped has no member left in the group', async () => {
    const { start, names, admin } = scene;
    proxy.withhold(REQUEST.joinGroup);
    const { stop } = start();
    await until(() => proxy.waiting > 0, 'it joins');
    await stop();
    proxy.release();
    await pause(4_000); // It tries again every three seconds.
    await until(async () => {
      const { groups } = await admin.describeGroups([names.group]);
      return groups[0]!.members.length === 0;
    }, 'nobody is in the group');
  });

  it('for a deleted topic keeps no other topic waiting', async () => {
    const { start, names, admin, producer, received } = scene;
    const other = `${names.events}-other`;
    await makeTopics(admin, { ...names, events: other, rejected: `${names.rejected}-other` });
    const { intake, ready } = start({ alsoFrom: [other] });
    await ready();
    await until(() => intake.status().partitions === 2, 'it has both');
    await admin.deleteTopics({ topics: [names.events] });
    await until(() => intake.status().trouble?.includes(names.events) === true, 'it says so');
    await producer.send({ topic: other, messages: [saleRecord('a')] });
    expect(await received(1)).toMatchObject({ accepted: 1 });
  });
});

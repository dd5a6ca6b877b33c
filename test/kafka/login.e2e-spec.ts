import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs, { type AclEntry } from 'kafkajs';
import { askKafka, createTopics, type KafkaConnection, type KafkaLog, ShardGroup } from '#kafka';
import { ShardSet, systemClock } from '#kernel';
import { KafkaPublisher } from '#publishing/kafka';
import { Stage } from '../../libs/publishing/testing/stage.ts';
import type { Logger } from '../../src/log.ts';
import { Loops } from '../../src/loops.ts';
import { until } from '../fixtures/waiting.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import { secure } from '../servers/kafka/security.ts';
import { type IntakeScene, openIntakeScene } from './intake-scene.ts';
import { headerText, recordsOf } from './scene.ts';
import { lastOf, readTopic } from './topic-picture.ts';

const USER = 'onhand';
const PASSWORD = 'the-words-of-onhand';
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** What is said of a wrong setting or a missing right, and that the documented rights are enough. */
describe('Kafka 4.1.1 with TLS, logins and rights', () => {
  let kafka: KafkaCluster;
  let scene: IntakeScene;
  let folder: string;
  let right: KafkaConnection;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onhand-login-'));
    kafka = await startKafka({ version: '4.1.1', security: { users: { [USER]: PASSWORD } } });
    scene = await openIntakeScene(kafka);
    right = {
      brokers: kafka.brokers,
      clientId: 'test',
      isEncrypted: true,
      caFile: kafka.caFile!,
      login: { mechanism: 'scram-sha-512', username: USER, password: PASSWORD },
    };
  });

  afterAll(async () => {
    await scene?.end();
    await kafka?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const troubleOf = async (wrong: KafkaConnection): Promise<string> =>
    askKafka(wrong, (admin) => admin.describeCluster()).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'lets OnHand log in by %s',
    async (mechanism) => {
      const login = { mechanism, username: USER, password: PASSWORD };
      expect(await troubleOf({ ...right, login })).toBe('');
    },
  );

  it('says which setting is wrong', async () => {
    const untrusting = omit(right, 'caFile');
    const anonymous = omit(right, 'login');
    const other = secure(folder, {}).caFile;
    const notThere = join(folder, 'empty.pem');
    writeFileSync(notThere, '');
    const words = [
      [{ ...right, login: { ...right.login!, password: 'wrong' } }, /KAFKA_SASL_PASSWORD/],
      [{ ...right, login: { ...right.login!, username: 'nobody' } }, /KAFKA_SASL_USERNAME/],
      [untrusting, /KAFKA_SSL_CA/],
      [{ ...right, caFile: other }, /authority in KAFKA_SSL_CA/],
      [anonymous, /KAFKA_SASL_MECHANISM/],
      [{ ...untrusting, isEncrypted: false }, /KAFKA_SSL=true/],
      [{ ...right, brokers: ['127.0.0.1:1'] }, /No broker answers at 127.0.0.1:1/],
    ] as const;
    for (const [wrong, expected] of words) expect(await troubleOf(wrong)).toMatch(expected);
  });

  it('makes intake wait for missing rights and name them; READ and WRITE are enough', async () => {
    const { start, names, admin, sell, received, producer } = scene;
    const { intake } = start({ connection: right });
    const trouble = (words: RegExp): Promise<void> =>
      until(() => words.test(intake.status().trouble ?? ''), String(words));
    await trouble(/Topics that do not exist, or that OnHand may not read/);
    await admin.createAcls({ acl: [allow('TOPIC', names.events, 'READ')] });
    await trouble(/lacks READ on the group/);
    await admin.createAcls({ acl: [allow('GROUP', names.group, 'READ')] });
    await until(() => intake.status().isReady, 'it consumes');
    await sell('a', 100);
    await producer.send({ topic: names.events, messages: [{ value: '{' }] });
    expect(await received(101)).toMatchObject({ accepted: 100, rejected: 1 });
    await until(() => intake.status().waiting.length === 1, 'what is rejected waits');
    await admin.createAcls({ acl: [allow('TOPIC', names.rejected, 'WRITE')] });
    const [rejected] = await recordsOf(kafka, names.rejected, 1);
    expect(headerText(rejected!, 'onhand-code')).toBe('INVALID_JSON');
    await until(() => intake.status().waiting.length === 0, 'none waits');
  });

  it('lets OnHand write and read both topics and share shards with the rights that are documented', async () => {
    const { admin } = scene;
    const topics = { availability: 'allowed.availability', orders: 'allowed.orders' };
    const shardsTopic = 'allowed.shards';
    const all = [...Object.values(topics), shardsTopic];
    await admin.createTopics({
      topics: all.map((topic) => ({ topic, numPartitions: 4 })),
      waitForLeaders: false,
    });
    const stage = await Stage.open();
    await stage.publish('web', { A: 1, B: 2 });
    await stage.changeOrder('web', 'O-1', 'open');
    const { log, words } = wordsOf();
    const shards = new ShardSet(4);
    const group = { connection: right, log, groupId: 'allowed' };
    const publisher = new KafkaPublisher({
      ...{ ...group, topics, shards, clock: systemClock, writer: randomUUID() },
      ...{ store: stage.store, numbers: stage.numbers, orders: stage.orders, position: stage.position },
      channels: () => [{ id: 'web' }],
      isBehind: () => false,
    });
    stage.folds.push(publisher);
    const members = new ShardGroup({ ...group, groupId: 'allowed-publishing', topic: shardsTopic, shards });
    const loops = new Loops(log as Logger);
    loops.start('shards', (signal) => members.run(signal));
    for (const [name, run] of Object.entries(publisher.loops)) loops.start(name, run);
    const told = (pattern: RegExp): Promise<void> =>
      until(() => words.some((said) => pattern.test(said)), String(pattern));
    try {
      await told(/allowed\.shards does not exist/);
      await told(/lacks a right on a topic/);
      await admin.createAcls({
        acl: [
          ...Object.values(topics).flatMap((topic) => [
            allow('TOPIC', topic, 'WRITE'),
            allow('TOPIC', topic, 'READ'),
          ]),
          allow('TOPIC', shardsTopic, 'READ'),
        ],
      });
      await told(/lacks READ on the group|The group in KAFKA_GROUP_ID cannot be joined/);
      await admin.createAcls({
        acl: [{ ...allow('GROUP', 'allowed', 'READ'), resourcePatternType: ResourcePatternTypes.PREFIXED }],
      });
      await until(() => shards.owned.length === 4, 'it has all shards');
      await until(() => publisher.isAtRest, 'both topics hold all');
      const numbers = lastOf(await readTopic(kafka.clientConfig(), topics.availability));
      const orders = lastOf(await readTopic(kafka.clientConfig(), topics.orders));
      expect([numbers.get('web:A')?.available, numbers.get('web:B')?.available]).toEqual([1, 2]);
      expect(orders.get('web:O-1')?.['status']).toBe('open');
    } finally {
      await loops.stopAll();
      await publisher.close();
      await stage.close();
    }
  });

  it('lets OnHand create topics, and look at them again, with the rights that are documented', async () => {
    const { admin } = scene;
    const topic = 'made.availability';
    const plans = [{ topic, partitions: 2, settings: { 'cleanup.policy': 'compact' } }];
    const make = () => createTopics(right, plans);
    await expect(make()).rejects.toThrow(/lacks a right/);
    await admin.createAcls({ acl: [allow('CLUSTER', 'kafka-cluster', 'CREATE')] });
    expect(await make()).toMatchObject([{ topic, made: true }]);
    await admin.createAcls({
      acl: [allow('TOPIC', topic, 'DESCRIBE'), allow('TOPIC', topic, 'DESCRIBE_CONFIGS')],
    });
    // The rights count a moment later.
    await until(async () => (await make())[0]?.made === false, 'it sees the topic');
    expect(await make()).toMatchObject([{ topic, made: false, differences: [] }]);
  });

  it('refuses a wrong password in the words of intake, which do not show it', async () => {
    const login = { ...right.login!, password: 'no-such-words' };
    const { intake, words } = scene.start({ connection: { ...right, login } });
    await until(() => intake.status().trouble !== undefined, 'it is told');
    expect(intake.status().isReady).toBe(false);
    expect(words.join()).toContain('refuses the login of onhand');
    expect(words.join()).not.toContain('no-such-words');
  });
});

/** A log that is kept: what was said, with what went wrong. */
function wordsOf(): { readonly log: KafkaLog; readonly words: readonly string[] } {
  const words: string[] = [];
  const say = (facts: object, said: string): void => {
    const { err } = facts as { readonly err?: Error };
    words.push(`${said} ${err?.message ?? ''}`);
  };
  const log = { debug: say, info: say, warn: say, error: say, fatal: say };
  return { log, words };
}

const allow = (
  kind: 'TOPIC' | 'GROUP' | 'CLUSTER',
  resourceName: string,
  operation: 'READ' | 'WRITE' | 'CREATE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS',
): AclEntry => ({
  principal: `User:${USER}`,
  host: '*',
  operation: AclOperationTypes[operation],
  permissionType: AclPermissionTypes.ALLOW,
  resourceType: AclResourceTypes[kind],
  resourceName,
  resourcePatternType: ResourcePatternTypes.LITERAL,
});

const omit = (from: KafkaConnection, name: keyof KafkaConnection): KafkaConnection =>
  Object.fromEntries(Object.entries(from).filter(([each]) => each !== name)) as unknown as KafkaConnection;

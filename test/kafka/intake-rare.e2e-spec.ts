import { Kafka, type Producer, type Transaction } from 'kafkajs';
import { StreamDamaged } from '#event-store/eventstoredb';
import type { MessageDoor } from '#intake/kafka';
import { until } from '../fixtures/waiting.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import { errorsIn, type IntakeScene, openIntakeScene, saleRecord, withOutage } from './intake-scene.ts';
import { connect, headerText, makeTopics, recordsOf } from './scene.ts';

/** Of transactions: each is closed after its test. */
const producers: Producer[] = [];

describe('messages from Kafka 4.1.1, in rare cases', () => {
  let kafka: KafkaCluster;
  let scene: IntakeScene;

  beforeAll(async () => {
    kafka = await startKafka({ version: '4.1.1' });
  });
  afterEach(async () => {
    await Promise.all(producers.splice(0).map((producer) => producer.disconnect()));
    await scene?.end();
  });
  afterAll(() => kafka?.stop());

  it('are taken where a partition waits, goes to another process and comes back', async () => {
    scene = await openIntakeScene(kafka, 2);
    const { start, sell, received } = scene;
    const outage = { isOn: true };
    const first = start({ door: (journal) => withOutage(journal, outage) });
    await first.ready();
    await sell('a', 100);
    await until(() => first.intake.status().waiting.length === 2, 'both wait');
    const second = start();
    await until(() => second.intake.status().partitions === 1, 'each has one');
    await until(() => first.intake.status().partitions === 1, 'each has one');
    expect(await received(50)).toMatchObject({ accepted: 50 });
    await second.stop();
    await until(() => first.intake.status().partitions === 2, 'it has both again');
    outage.isOn = false;
    await sell('b', 100);
    expect(await received(200)).toMatchObject({ accepted: 200 });
  });

  it('stop where the log is damaged; the status says why, and they go on once it is mended', async () => {
    scene = await openIntakeScene(kafka, 2);
    const { names, admin, start, sell, received } = scene;
    const damage: { isThere: boolean } = { isThere: false };
    const { ready, intake, words } = start({ door: (journal) => withDamage(journal, damage) });
    await ready();
    damage.isThere = true;
    await sell('a', 100);
    await until(() => intake.status().waiting.length === 2, 'both stand');
    await until(() => words.filter((said) => said.includes('needs an operator')).length === 2, 'it is said');
    expect(intake.status()).toMatchObject({
      isReady: false,
      trouble: expect.stringContaining('was deleted'),
    });
    damage.isThere = false;
    expect(await received(100)).toMatchObject({ accepted: 100, rejected: 0 });
    await ready();
    const offsets = await admin.fetchTopicOffsets(names.rejected);
    expect(offsets.map(({ high }) => high)).toEqual(offsets.map(() => '0'));
  });

  it('are not taken from aborted transactions, though these overlap or have a record that looks like their end', async () => {
    scene = await openIntakeScene(kafka);
    const { start, sell, atRest, names } = scene;
    const [early, late] = await Promise.all(['early', 'late'].map((id) => transactionOf(kafka, id)));
    const send = (to: Transaction, id: string, key: Buffer | null = null) =>
      to.send({ topic: names.events, messages: [{ ...saleRecord(id), partition: 0, key }] });
    await send(early!, 'not-1', LOOKS_LIKE_AN_END);
    await send(late!, 'not-2');
    await late!.abort();
    await send(early!, 'not-3');
    await early!.abort();
    await sell('good', 2);
    await start().ready();
    expect(await atRest(2)).toMatchObject({ accepted: 2, rejected: 0 });
  });

  it('that are repeats do not take back the position that is committed with an offset', async () => {
    scene = await openIntakeScene(kafka);
    const { start, sell, received, atRest, admin, names, running } = scene;
    const committed = async (): Promise<[offset: number, position: number]> => {
      const [topic] = await admin.fetchOffsets({ groupId: names.group, topics: [names.events] });
      const { offset, metadata } = topic!.partitions[0]!;
      return [Number(offset), Number(metadata!.split('@')[0])];
    };
    const first = start();
    await first.ready();
    await sell('a', 100);
    await received(100);
    const { head } = (await running.ask('GET /v1/status')).json as { head: number };
    await sell('b', 100);
    await received(200);
    await first.stop();
    const second = start();
    await second.ready();
    await sell('a', 100);
    await until(async () => (await atRest(200)).duplicate === 100, 'they are repeats');
    await second.stop();
    const [offset, position] = await committed();
    expect(offset).toBe(300);
    expect(position).toBeGreaterThan(head);
  });

  it('of a topic that was recreated are all read, though it has more than was read of the former one', async () => {
    scene = await openIntakeScene(kafka);
    const { start, sell, received, makeAnew } = scene;
    const first = start();
    await first.ready();
    await sell('a', 100);
    await received(100);
    await first.stop();
    await makeAnew();
    await sell('b', 120);
    const { words } = start();
    expect(await received(220)).toMatchObject({ accepted: 220 });
    expect(words).toContainEqual(expect.stringContaining('was recreated'));
  });

  it.each([
    ['more', 120],
    ['fewer', 40],
  ])('of a topic that is recreated with %s while it is read are all read too', async (_, count) => {
    scene = await openIntakeScene(kafka);
    const { start, sell, received, committed, makeAnew } = scene;
    const { ready, words } = start();
    await ready();
    await sell('a', 100);
    await received(100);
    await until(async () => (await committed())[0] === 100, 'it is committed');
    await makeAnew();
    await sell('b', count);
    expect(await received(100 + count)).toMatchObject({ accepted: 100 + count });
    expect(words).toContainEqual(expect.stringContaining('was recreated'));
  });

  it('in a partition that is added while the topic is read are taken too', async () => {
    scene = await openIntakeScene(kafka);
    const { names, admin, start, sell, received, atRest } = scene;
    const { ready, intake, words } = start();
    await ready();
    await sell('a', 10);
    await received(10);
    await admin.createPartitions({ topicPartitions: [{ topic: names.events, count: 2 }] });
    const { producer, disconnect } = await connect(kafka);
    const messages = ['b', 'c'].map((id, partition) => ({ ...saleRecord(id), partition }));
    await producer.send({ topic: names.events, messages });
    await disconnect();
    await until(() => intake.status().partitions === 2, 'it has both');
    expect(await atRest(12)).toMatchObject({ accepted: 12, duplicate: 0 });
    expect(errorsIn(words)).toEqual([]);
  });

  it('are taken from the topics that exist while another is missing, and from that too once it is there', async () => {
    scene = await openIntakeScene(kafka);
    const { names, admin, producer, start, sell, received, atRest } = scene;
    const late = `${names.events}-late`;
    const { intake } = start({ alsoFrom: [late] });
    await sell('a', 10);
    expect(await received(10)).toMatchObject({ accepted: 10 });
    expect(intake.status()).toMatchObject({ isReady: false, trouble: expect.stringContaining(late) });
    await makeTopics(admin, { ...names, events: late, rejected: `${names.rejected}-late` });
    await producer.send({ topic: late, messages: [saleRecord('b')] });
    await until(() => intake.status().isReady && intake.status().partitions === 2, 'it has both');
    expect(await atRest(11)).toMatchObject({ accepted: 11, duplicate: 0 });
  });

  it('that are rejected while their topic is missing are rejected once, though the group rebalances meanwhile', async () => {
    scene = await openIntakeScene(kafka, 2);
    const { names, admin, producer, start, sell, received, committed, atRest } = scene;
    const rejected = `${names.rejected}-later`;
    const send = (name: string): Promise<unknown> => {
      const ofOne = (partition: number) =>
        [{ value: '{' }, saleRecord(`${name}-${partition}`)].map((each) => ({ ...each, partition }));
      return producer.send({ topic: names.events, messages: [0, 1].flatMap(ofOne) });
    };
    const first = start({ names: { rejected } });
    await first.ready();
    await sell('before', 2);
    await until(async () => (await committed()).every((next) => next === 1), 'these have ended');
    await send('a');
    await until(() => first.intake.status().waiting.length === 2, 'both wait');
    const second = start({ names: { rejected } });
    await until(() => second.intake.status().waiting.length === 1, 'the other has read its part again');
    await until(() => first.intake.status().partitions === 1, 'each has one');
    expect(await received(7)).toMatchObject({ accepted: 4, duplicate: 1, rejected: 3 });
    await makeTopics(admin, { ...names, events: `${names.events}-other`, rejected });
    await until(async () => (await committed()).every((next) => next === 3), 'all have ended');
    await send('b'); // Behind all that might come again.
    expect(await atRest(11)).toMatchObject({ accepted: 6, duplicate: 1, rejected: 5 });
    // What the first process still owed of the partition that it lost, the second has told.
    expect((await admin.fetchTopicOffsets(rejected)).map(({ high }) => high)).toEqual(['4']);
  });

  it('that are rejected together hold up nothing, though their topic takes less at once', async () => {
    scene = await openIntakeScene(kafka);
    const { names, admin, producer, start, received } = scene;
    const rejected = `${names.rejected}-small`;
    const configEntries = [{ name: 'max.message.bytes', value: '100000' }];
    await admin.createTopics({ topics: [{ topic: rejected, numPartitions: 1, configEntries }] });
    const values = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(letter === 'c' ? 200_000 : 60_000));
    const messages = [...values.map((value) => ({ value })), saleRecord('good')];
    await producer.send({
      topic: names.events,
      messages: messages.map((message) => ({ ...message, key: 'k', partition: 0 })),
    });
    await start({ names: { rejected } }).ready();
    expect(await received(5)).toMatchObject({ accepted: 1, rejected: 4 });
    const told = await recordsOf(kafka, rejected, 4);
    expect(told.map(({ value }) => value!.toString()[0])).toEqual(['a', 'b', 'c', 'd']);
    const cut = told.map((record) => headerText(record, 'onhand-cut'));
    expect(cut).toEqual([undefined, undefined, '200000', undefined]);
  });

  it('that are rejected are told though their key and headers are more than the topic takes', async () => {
    scene = await openIntakeScene(kafka);
    const { names, admin, producer, start, received } = scene;
    const rejected = `${names.rejected}-small`;
    const configEntries = [{ name: 'max.message.bytes', value: '100000' }];
    await admin.createTopics({ topics: [{ topic: rejected, numPartitions: 1, configEntries }] });
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`x-${n}`, 'v']));
    const messages = [
      { key: 'k'.repeat(150_000), value: 'long key' },
      { key: 'long', value: 'long header', headers: { 'x-long': 'v'.repeat(150_000), 'x-short': 'v' } },
      { key: 'many', value: 'many headers', headers: many },
      saleRecord('good'),
    ];
    await producer.send({
      topic: names.events,
      messages: messages.map((message) => ({ ...message, partition: 0 })),
    });
    await start({ names: { rejected } }).ready();
    expect(await received(4)).toMatchObject({ accepted: 1, rejected: 3 });
    const told = await recordsOf(kafka, rejected, 3);
    expect(told.map(({ key, value }) => [key?.toString(), value?.toString()])).toEqual([
      [undefined, 'long key'],
      ['long', 'long header'],
      ['many', 'many headers'],
    ]);
    const codes = told.map((record) => headerText(record, 'onhand-code'));
    expect(codes).toEqual(['INVALID_JSON', 'INVALID_JSON', 'INVALID_JSON']);
    expect([headerText(told[1]!, 'x-long'), headerText(told[1]!, 'x-short')]).toEqual(['', 'v']);
  });

  it('that are rejected wait where the topic takes next to nothing, and it is said what to set', async () => {
    scene = await openIntakeScene(kafka);
    const { names, admin, producer, start } = scene;
    const rejected = `${names.rejected}-tiny`;
    const configEntries = [{ name: 'max.message.bytes', value: '100' }];
    await admin.createTopics({ topics: [{ topic: rejected, numPartitions: 1, configEntries }] });
    await producer.send({ topic: names.events, messages: [{ value: '{', partition: 0 }] });
    const { intake, ready } = start({ names: { rejected } });
    await ready();
    const reason = (): string => intake.status().waiting[0]?.reason ?? '';
    await until(() => reason().includes('max.message.bytes'), 'it is said');
    expect(reason()).toContain(`The topic ${rejected} takes no record`);
  });
});

const LOOKS_LIKE_AN_END = Buffer.alloc(4);

async function transactionOf(kafka: KafkaCluster, transactionalId: string): Promise<Transaction> {
  const client = new Kafka({ ...kafka.clientConfig(), retry: { retries: 30, maxRetryTime: 500 } });
  const producer = client.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  producers.push(producer);
  return producer.transaction();
}

const withDamage = (journal: MessageDoor, damage: { readonly isThere: boolean }): MessageDoor => ({
  accept: (arrivals, by) =>
    damage.isThere
      ? Promise.reject(new StreamDamaged('order-1', 'it was deleted'))
      : journal.accept(arrivals, by),
});

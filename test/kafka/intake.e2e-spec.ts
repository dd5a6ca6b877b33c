import { setTimeout as pause } from 'node:timers/promises';
import type { MessageDoor } from '#intake/kafka';
import { BatchUnreadable, standIn } from '#kafka';
import { until } from '../fixtures/waiting.ts';
import { KAFKA_VERSIONS, type KafkaCluster, type KafkaVersion, startKafka } from '../servers/kafka/index.ts';
import {
  errorsIn,
  type IntakeScene,
  openIntakeScene,
  openShop,
  saleRecord,
  soldOfA,
  withOutage,
} from './intake-scene.ts';
import { headerText, makeTopics, receivedBy, recordsOf } from './scene.ts';
import { throwingOf, whileUnpacking } from './unpacking.ts';

/** Told to the journal at once. */
const CHUNK_RECORDS = 500;

/** Kafka of one version, and scenes on it that are ended after each test. */
function onKafka(version: KafkaVersion): (partitions?: number) => Promise<Played> {
  let kafka: KafkaCluster;
  const open: IntakeScene[] = [];
  beforeAll(async () => {
    kafka = await startKafka({ version });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((scene) => scene.end()));
  });
  afterAll(() => kafka?.stop());
  return async (partitions = 1) => {
    const opened = await openIntakeScene(kafka, partitions);
    open.push(opened);
    return { ...opened, kafka };
  };
}

type Played = IntakeScene & { readonly kafka: KafkaCluster };

describe.each(KAFKA_VERSIONS.map((version) => [version]))('messages from Kafka %s', (version) => {
  const scene = onKafka(version);

  it('on which a bug of ours fails are rejected, whatever it throws, and the others are taken', async () => {
    const { kafka, start, names, producer, received } = await scene();
    const { ready, words, fatal } = start({ door: throwing });
    await ready();
    const ids = ['good-1', ...Object.keys(THROWN), 'good-2'];
    const messages = ids.map((id) => ({ ...saleRecord(id), partition: 0 }));
    await producer.send({ topic: names.events, messages });
    expect(await received(ids.length)).toMatchObject({ accepted: 2, rejected: ids.length - 2 });
    const rejected = await recordsOf(kafka, names.rejected, ids.length - 2);
    expect(rejected.map((each) => headerText(each, 'ce_id'))).toEqual(Object.keys(THROWN));
    expect(rejected.map((each) => headerText(each, 'onhand-code'))).toEqual(
      Object.keys(THROWN).map(() => 'INTERNAL_ERROR'),
    );
    expect(words.filter((said) => said.includes('a bug in OnHand'))).toHaveLength(ids.length - 2);
    expect(fatal).toEqual([]);
  });

  it('wait while the store does not serve, and go on by themselves', async () => {
    const { running, start, sell, atRest } = await scene(2);
    const outage = { isOn: false };
    const { ready, intake, words, stop } = start({ door: (journal) => withOutage(journal, outage) });
    await ready();
    outage.isOn = true;
    await sell('a', 1_000);
    await until(() => intake.status().waiting.length === 2, 'both partitions wait');
    expect(intake.status().waiting[0]!.reason).toContain('a fault of the test');
    outage.isOn = false;
    expect(await atRest(1_000)).toMatchObject({ accepted: 1_000, duplicate: 0 });
    await until(() => intake.status().waiting.length === 0, 'none waits');
    expect(await soldOfA(running)).toBe(1_000);
    expect(errorsIn(words)).toEqual([]);
    await stop();
  });

  it('wait where a rejected one cannot be written to its topic, and only in that partition', async () => {
    const { kafka, start, names, producer, sell, admin, received } = await scene(2);
    const rejected = `${names.rejected}-later`;
    const { ready, intake, words } = start({ names: { rejected } });
    await ready();
    await producer.send({ topic: names.events, messages: [{ value: '{', partition: 1 }] });
    await until(() => intake.status().waiting.length === 1, 'one partition waits');
    expect(intake.status().waiting[0]!.reason).toContain('npx onhand topics create');
    await sell('a', 100, 1);
    await producer.send({ topic: names.events, messages: [{ ...saleRecord('b'), partition: 1 }] });
    expect(await received(101)).toMatchObject({ accepted: 100, rejected: 1 });
    expect(words.some((said) => said.includes(rejected))).toBe(true);
    await makeTopics(admin, { ...names, events: `${names.events}-other`, rejected });
    expect(await received(102)).toMatchObject({ accepted: 101, rejected: 1 });
    expect(await recordsOf(kafka, rejected, 1)).toHaveLength(1);
    await until(() => intake.status().waiting.length === 0, 'none waits');
  });

  it('are counted once each while the group rebalances in the middle of batches', async () => {
    const { running, start, sell, received, atRest } = await scene(8);
    const first = start({ door: slowly });
    await first.ready();
    await sell('a', 4_000);
    await received(500);
    const second = start({ door: slowly });
    await until(() => second.intake.status().partitions > 0, 'both have some');
    await received(2_000);
    await first.stop();
    expect(errorsIn([...first.words, ...second.words])).toEqual([]);
    const counts = await received(4_000);
    expect(counts.rejected).toBe(0);
    expect(await soldOfA(running)).toBe(4_000);
    // What was handed over was committed before: repeats are rare, and only repeats.
    expect((await atRest(0)).duplicate).toBeLessThanOrEqual(CHUNK_RECORDS);
  });

  it('go on at our own table where the brokers have forgotten the group', async () => {
    const { start, names, sell, admin, received, committed, atRest } = await scene();
    const first = start();
    await first.ready();
    await sell('a', 300);
    await received(300);
    await first.stop();
    await admin.deleteGroups([names.group]);
    await start().ready();
    // They are told again, though nothing has come since.
    await until(async () => (await committed())[0] === 300, 'it is committed');
    await sell('b', 100);
    expect(await atRest(400)).toMatchObject({ accepted: 400, duplicate: 0 });
  });

  it('that were deleted before they were read are reported as lost', async () => {
    const { start, names, sell, admin, received, atRest } = await scene();
    // A new group begins at the beginning.
    await sell('a', 100);
    const first = start();
    await received(100);
    await first.stop();
    await sell('b', 100);
    const partitions = [{ partition: 0, offset: '150' }];
    await admin.deleteTopicRecords({ topic: names.events, partitions });
    const { words } = start();
    expect(await atRest(150)).toMatchObject({ accepted: 150, duplicate: 0 });
    expect(words).toContainEqual(expect.stringContaining('50 records were deleted before they were read'));
  });
});

describe('messages from Kafka 4.1.1, further', () => {
  const scene = onKafka('4.1.1');

  it('wait where a bug of ours fails on all of them, and the process lives on', async () => {
    const { start, sell, received } = await scene();
    const bug = { isThere: true };
    const { ready, intake, fatal } = start({ door: (journal) => withBug(journal, bug) });
    await ready();
    await sell('a', 10);
    await until(() => intake.status().waiting.length === 1, 'the partition waits');
    bug.isThere = false;
    expect(await received(10)).toMatchObject({ accepted: 10 });
    expect(fatal).toEqual([]);
  });

  it('are read again where the log is older than what was committed', async () => {
    const { start, sell, received } = await scene();
    const first = start();
    await first.ready();
    await sell('a', 200);
    await received(200);
    await first.stop();
    const restored = await openShop();
    try {
      const second = start({ over: restored });
      expect(await receivedBy(restored, 200)).toMatchObject({ accepted: 200 });
      expect(second.words).toContainEqual(
        expect.stringContaining('was committed, but this log does not hold'),
      );
      await second.stop();
    } finally {
      await restored.stop();
    }
  });

  it('are read again where the log is older, though the group rebalances before the first is taken', async () => {
    const { start, sell, received } = await scene(2);
    const first = start();
    await first.ready();
    await sell('a', 200);
    await received(200);
    await first.stop();
    const restored = await openShop();
    const outage = { isOn: true };
    try {
      const door = (journal: MessageDoor) => withOutage(journal, outage);
      const second = start({ over: restored, door });
      await until(() => second.intake.status().waiting.length === 2, 'both partitions wait');
      const third = start({ over: restored, door });
      await until(() => third.intake.status().partitions === 1, 'each has one');
      await until(() => second.intake.status().partitions === 1, 'each has one');
      outage.isOn = false;
      expect(await receivedBy(restored, 200)).toMatchObject({ accepted: 200 });
      await Promise.all([second.stop(), third.stop()]);
    } finally {
      await restored.stop();
    }
  });

  it('that are in hand at a rebalance are committed first: no other process takes them again', async () => {
    const { start, sell, received } = await scene(2);
    const before = start();
    await before.ready();
    await sell('a', 2);
    await received(2);
    await before.stop(); // A commit of each partition is there.
    await sell('b', 2 * CHUNK_RECORDS);
    const first = start({ door: holding(3_500), commitAfterMs: 60_000 });
    await until(() => first.intake.status().lag > 0, 'it has some');
    const second = start();
    await until(() => second.intake.status().partitions === 1, 'each has one');
    await sell('c', 2); // Behind all that might come again.
    const all = 2 + 2 * CHUNK_RECORDS + 2;
    await until(async () => (await received(0)).accepted === all, 'all are taken');
    expect(await received(all)).toMatchObject({ accepted: all, duplicate: 0 });
  });

  it('that were in hand for too long are taken again, and committed, by another process', async () => {
    const { running, start, committed, sell, received } = await scene(2);
    await sell('a', 4 * CHUNK_RECORDS);
    const first = start({ door: holding(10_000), handOverMs: 5_000 });
    await until(() => first.intake.status().lag > 0, 'it has some');
    const second = start();
    await until(() => second.intake.status().partitions === 1, 'each has one');
    const whole = 2 * CHUNK_RECORDS;
    await until(async () => (await committed()).includes(whole), 'the second has read its part');
    // The first's part of it comes after that, too late.
    await until(async () => (await received(0)).received >= 5 * CHUNK_RECORDS, 'it comes again');
    await until(async () => (await committed()).every((next) => next === whole), 'all is committed');
    await pause(500);
    expect(await committed()).toEqual([whole, whole]);
    expect(await soldOfA(running)).toBe(4 * CHUNK_RECORDS);
    expect([...first.fatal, ...second.fatal]).toEqual([]);
  });

  it('that were deleted while their partition waited are reported as lost too', async () => {
    const { start, names, sell, admin, received } = await scene();
    const outage = { isOn: false };
    const { ready, intake, words } = start({ door: (journal) => withOutage(journal, outage) });
    await ready();
    await sell('a', 10);
    await received(10);
    outage.isOn = true;
    await sell('b', 100);
    await until(() => intake.status().waiting.length === 1, 'the partition waits');
    await admin.deleteTopicRecords({ topic: names.events, partitions: [{ partition: 0, offset: '60' }] });
    outage.isOn = false;
    expect(await received(60)).toMatchObject({ accepted: 60 });
    await until(() => words.some((said) => said.includes('50 records were deleted')), 'it says so');
  });

  it('of a topic that was recreated are read from its start', async () => {
    const { start, sell, makeAnew, received } = await scene();
    const first = start();
    await first.ready();
    await sell('a', 100);
    await received(100);
    await first.stop();
    await makeAnew();
    await sell('b', 10);
    const { words } = start();
    expect(await received(110)).toMatchObject({ accepted: 110 });
    expect(words).toContainEqual(expect.stringContaining('was recreated'));
  });

  it('in a batch that is too large once it is unpacked are rejected, and those after it are taken', async () => {
    const { kafka, start, names, producer, received, sell } = await scene();
    await start().ready();
    const messages = Array.from({ length: 17 }, (_, n) => ({ ...saleRecord(`a-${n}`), partition: 0 }));
    await whileUnpacking(standIn, async (compression) => {
      await producer.send({ topic: names.events, compression, messages });
      expect(await received(17)).toMatchObject({ accepted: 0, rejected: 17 });
    });
    await sell('b', 10);
    expect(await received(27)).toMatchObject({ accepted: 10, rejected: 17 });
    const rejected = await recordsOf(kafka, names.rejected, 17);
    const told = rejected.map((each) => [headerText(each, 'onhand-code'), headerText(each, 'onhand-offset')]);
    expect(told).toEqual(messages.map((_, offset) => ['MESSAGE_TOO_LARGE', String(offset)]));
  });

  it('are taken as soon as their topic is created', async () => {
    const { start, names, producer, admin, received } = await scene();
    const events = `${names.events}-late`;
    const { intake } = start({ names: { events } });
    await until(() => intake.status().trouble?.includes(events) === true, 'it says so');
    expect(intake.status().isReady).toBe(false);
    await makeTopics(admin, { ...names, events, rejected: `${names.rejected}-2` });
    await until(() => intake.status().isReady, 'it consumes');
    await producer.send({ topic: events, messages: [saleRecord('a'), saleRecord('b')] });
    expect(await received(2)).toMatchObject({ accepted: 2 });
  });

  it('keep no member in the group that stopped while it joined', async () => {
    const { start, names, admin } = await scene();
    for (const ms of [0, 30, 60, 100, 150, 250]) {
      const { stop } = start();
      await pause(ms);
      await stop();
    }
    await pause(1_000); // One that comes up after its end never leaves again; one that is slow to leave does.
    await until(async () => {
      const { groups } = await admin.describeGroups([names.group]);
      return groups[0]!.members.length === 0;
    }, 'nobody is in the group');
  });

  it('end the process where the client fails for good', async () => {
    const { start, names, producer } = await scene();
    const { ready, fatal, intake } = start();
    await ready();
    await whileUnpacking(throwingOf(new TypeError('a bug of the test')), async (compression) => {
      await producer.send({ topic: names.events, compression, messages: [{ value: '{}' }] });
      await until(() => fatal.length > 0, 'it is told');
      expect(intake.status()).toMatchObject({ state: 'failed', isReady: false });
    });
  });

  it('in a batch that an operator must skip are reported and retried, and no other partition stops', async () => {
    const { start, names, producer, received } = await scene(2);
    const { ready, fatal, intake } = start();
    await ready();
    await whileUnpacking(throwingOf(new BatchUnreadable('Skip it by hand')), async (compression) => {
      await producer.send({
        topic: names.events,
        compression,
        messages: [{ ...saleRecord('a'), partition: 0 }],
      });
      await until(() => intake.status().trouble?.includes('Skip it by hand') === true, 'it is told');
      expect(intake.status().isReady).toBe(false);
      await producer.send({ topic: names.events, messages: [{ ...saleRecord('b'), partition: 1 }] });
      expect(await received(1)).toMatchObject({ accepted: 1, rejected: 0 });
      expect(intake.status().waiting).toMatchObject([{ partition: 0, isLasting: true }]);
    });
    expect(await received(2)).toMatchObject({ accepted: 2, rejected: 0 });
    expect(fatal).toEqual([]);
  });
});

/** By message id: what the door throws at it. The first four end a kafkajs consumer for good when they escape. */
const THROWN: Readonly<Record<string, Error>> = {
  type: new TypeError('x is undefined'),
  range: new RangeError('too deep'),
  syntax: new SyntaxError('unexpected token'),
  reference: new ReferenceError('x is not defined'),
  plain: new Error('something else'),
};

const throwing = (journal: MessageDoor): MessageDoor => ({
  accept: (arrivals, by) => {
    for (const arrival of arrivals) {
      const thrown = 'message' in arrival ? THROWN[arrival.message.id] : undefined;
      if (thrown !== undefined) return Promise.reject(thrown);
    }
    return journal.accept(arrivals, by);
  },
});

const withBug = (journal: MessageDoor, bug: { readonly isThere: boolean }): MessageDoor => ({
  accept: (arrivals, by) =>
    bug.isThere ? Promise.reject(new TypeError('a bug of the test')) : journal.accept(arrivals, by),
});

/** Lets nothing in for so long, once something has come. */
function holding(ms: number): (journal: MessageDoor) => MessageDoor {
  let opened: Promise<void> | undefined;
  return (journal) => ({
    accept: async (arrivals, by) => {
      opened ??= pause(ms);
      await opened;
      return journal.accept(arrivals, by);
    },
  });
}

const slowly = (journal: MessageDoor): MessageDoor => ({
  accept: async (arrivals, by) => {
    await pause(50);
    return journal.accept(arrivals, by);
  },
});

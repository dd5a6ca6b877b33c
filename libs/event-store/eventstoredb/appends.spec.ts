import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../kernel/testing/until.ts';
import { type AppendFault, EventStoreDbDouble } from '../../../test/servers/eventstoredb/index.ts';
import {
  type AppendOutcome,
  appendSurely,
  AppendTooLarge,
  type NewEvent,
  NO_STREAM,
  StoreUnavailable,
} from '../src/index.ts';
import { happened, happenedTimes, newStream } from '../testing/index.ts';
import { steadyPort } from '../testing/steady-port.ts';
import { EventStoreDbEventStore, StreamDamaged } from './index.ts';

/** Longer than any machine takes. */
const PATIENT_MS = 600_000;
const HASTY_MS = 400;

describe('an append to EventStoreDB', () => {
  let double: EventStoreDbDouble;
  let store: EventStoreDbEventStore;
  let stream: string;

  const open = (url = double.url, appendDeadlineMs = PATIENT_MS): Promise<EventStoreDbEventStore> =>
    EventStoreDbEventStore.open({ url, appendDeadlineMs, readDeadlineMs: PATIENT_MS });
  const idsOf = async (name: string, from = store): Promise<string[]> =>
    (await from.readStream(name)).map(({ id }) => id);

  beforeAll(async () => {
    double = await EventStoreDbDouble.start();
    store = await open();
  });
  beforeEach(() => {
    stream = newStream('item');
    double.faults.appends.length = 0;
  });
  afterAll(async () => {
    await store.close();
    double.stop();
  });

  it('is written on a server whose clock is ahead', async () => {
    double.faults.clockOffsetMs = 3_600_000;
    expect(await store.append(stream, NO_STREAM, happenedTimes(1))).toMatchObject({ outcome: 'written' });
    double.faults.clockOffsetMs = 0;
  });

  it.each<{ fault: AppendFault; name: string }>([
    { name: 'is never answered', fault: 'ignored' },
    { name: 'is written and not answered', fault: 'written, not answered' },
    { name: 'is answered too late', fault: { lateMs: HASTY_MS * 2 } },
    { name: 'loses its stream to a clean end', fault: 'stream ends' },
    { name: 'is written and loses its stream to a clean end', fault: 'written, stream ends' },
    { name: 'loses its stream', fault: 'stream breaks' },
    { name: 'is written and loses its stream', fault: 'written, stream breaks' },
    { name: 'finds a server that is not ready', fault: 'not ready' },
    { name: 'takes longer than the server allows', fault: 'timed out' },
    { name: 'is written and takes longer than the server allows', fault: 'written, timed out' },
  ])('is unknown, then known by its ids, where it $name', async ({ fault }) => {
    await store.close(); // The first of a process has a stream for all its appends.
    store = await open(double.url, HASTY_MS);
    const events = happenedTimes(2);
    double.faults.appends.push(fault);

    expect(await store.append(stream, NO_STREAM, events)).toMatchObject({ outcome: 'unknown' });
    expect(await surely(stream, events)).toMatchObject({ outcome: 'written', revision: 1 });
    expect(await idsOf(stream)).toEqual(events.map(({ id }) => id));
    await store.close();
    store = await open();
  });

  /** However hasty the store is for the machine. */
  async function surely(name: string, events: readonly NewEvent[]): Promise<AppendOutcome> {
    let outcome: AppendOutcome = { outcome: 'unknown', cause: undefined };
    await until(async () => {
      outcome = await store.append(name, NO_STREAM, events);
      return outcome.outcome !== 'unknown';
    });
    return outcome;
  }

  it('and all others on a broken stream are unknown, and each is written once', async () => {
    const streams = Array.from({ length: 60 }, () => newStream('item'));
    double.faults.appends.push(...Array.from({ length: 30 }, () => undefined), 'written, stream breaks');

    const outcomes: AppendOutcome['outcome'][] = [];
    await Promise.all(
      streams.map(async (name) => {
        const events = happenedTimes(1);
        outcomes.push((await store.append(name, NO_STREAM, events)).outcome);
        await appendSurely(store, name, NO_STREAM, events);
        expect(await idsOf(name)).toEqual(events.map(({ id }) => id));
      }),
    );
    expect(outcomes).toContain('unknown');
    expect(outcomes).not.toContain('conflict');
  });

  it('of another store in the process is not touched by a broken stream', async () => {
    const other = await EventStoreDbDouble.start();
    const neighbour = await open(other.url);
    other.faults.appends.push({ lateMs: 500 });
    double.faults.appends.push('stream breaks');
    const healthy = neighbour.append(stream, NO_STREAM, happenedTimes(1));
    await until(() => other.faults.appends.length === 0, 'it to be on its way');

    expect(await store.append(stream, NO_STREAM, happenedTimes(1))).toMatchObject({ outcome: 'unknown' });
    expect(await healthy).toMatchObject({ outcome: 'written' });
    expect(other.appends.counts).toEqual({ batched: 0, single: 2 }); // Its own first word, and ours.
    await neighbour.close();
    other.stop();
  });

  it('is sent once while it is on its way: the server drops a repeat without a word', async () => {
    const events = happenedTimes(2);
    await store.append(newStream('item'), NO_STREAM, happenedTimes(1)); // The first of a client goes alone.
    double.faults.appends.push({ lateMs: 100 });
    const both = [store.append(stream, NO_STREAM, events), store.append(stream, NO_STREAM, events)];
    const [first, second] = await Promise.all(both);

    expect(first).toMatchObject({ outcome: 'written', revision: 1 });
    expect(second).toEqual(first);
  });

  it('loses a race only when what has won can be read: who decides anew would try the same again', async () => {
    await store.append(newStream('item'), NO_STREAM, happenedTimes(1)); // The first of a client goes alone.
    double.faults.appends.push({ lateMs: 100 });
    const [faster, slower] = [happenedTimes(2), happenedTimes(1)];
    const winning = store.append(stream, NO_STREAM, faster);

    const conflict = { outcome: 'conflict', actualRevision: 1 };
    expect(await store.append(stream, NO_STREAM, slower)).toEqual(conflict);
    expect(await idsOf(stream)).toEqual(faster.map(({ id }) => id));
    expect(await winning).toMatchObject({ outcome: 'written', revision: 1 });
  });

  it('that conflicts is told the revision that the stream has, whatever the address says', async () => {
    await store.append(stream, NO_STREAM, happenedTimes(42));
    const careless = await open(`${double.url}&throwOnAppendFailure=false`);

    const conflict = { outcome: 'conflict', actualRevision: 41 };
    expect(await store.append(stream, 7, happenedTimes(1))).toEqual(conflict);
    expect(await careless.append(stream, 7, happenedTimes(1))).toEqual(conflict);
    await careless.close();
  });

  it.each([
    { name: 'a BigInt', data: { revision: 1n } },
    { name: 'a circle', data: ((circle: { self?: object }) => (circle.self = circle))({}) },
    { name: 'no object', data: [1] },
  ])('of $name throws to its caller alone, and the next one is written', async ({ data }) => {
    await expect(store.append(stream, NO_STREAM, [happened(data)])).rejects.toThrow();
    expect(await store.append(stream, NO_STREAM, [happened()])).toMatchObject({ revision: 0 });
  });

  it('that is larger than the server takes is refused as too large', async () => {
    double.faults.maxAppendBytes = 1_000;
    const large = [happened({ text: 'x'.repeat(2_000) })];

    await expect(store.append(stream, NO_STREAM, large)).rejects.toThrow(AppendTooLarge);
    double.faults.maxAppendBytes = 1_048_576;
    expect(await store.append(stream, NO_STREAM, large)).toMatchObject({ revision: 0 });
  });

  it('with an event that is larger than the server takes is refused as too large, also the first of a client', async () => {
    const other = await EventStoreDbDouble.start();
    const alone = await open(other.url);
    for (const { faults } of [double, other]) faults.maxEventBytes = 1_000;
    const large = [happened({ text: 'x'.repeat(2_000) })];

    await expect(store.append(stream, NO_STREAM, large)).rejects.toThrow(AppendTooLarge);
    await expect(alone.append(stream, NO_STREAM, large)).rejects.toThrow(AppendTooLarge);
    for (const { faults } of [double, other]) faults.maxEventBytes = Infinity;
    expect(await store.append(stream, NO_STREAM, large)).toMatchObject({ revision: 0 });
    await alone.close();
    other.stop();
  });

  it('that the server does not allow fails as unavailable', async () => {
    double.faults.appends.push('access denied');

    await expect(store.append(stream, NO_STREAM, happenedTimes(1))).rejects.toThrow(StoreUnavailable);
  });

  it('goes to the leader that a server names, and back when that one is gone', async () => {
    const leader = await EventStoreDbDouble.start({ log: double.log });
    const asked = await open();
    double.faults.leader = { host: '127.0.0.1', port: leader.port };
    double.faults.appends.push('not leader');
    const [first, second] = [happenedTimes(1), happenedTimes(1)];

    expect(await asked.append(stream, NO_STREAM, first)).toMatchObject({ outcome: 'unknown' });
    expect(await appendSurely(asked, stream, NO_STREAM, first)).toMatchObject({ outcome: 'written' });
    expect(leader.appends.counts.single).toBe(1);
    leader.stop();
    expect(await appendSurely(asked, stream, 0, second)).toMatchObject({ outcome: 'written' });
    expect(await idsOf(stream)).toEqual([...first, ...second].map(({ id }) => id));
    await asked.close();
  });

  it('answers with its positions, also where the subscription is silent', async () => {
    const deaf = await EventStoreDbDouble.start();
    deaf.faults.subscriptions.push('never answers');
    const asked = await open(deaf.url);
    const events = happenedTimes(3);

    const written = await asked.append(stream, NO_STREAM, events);
    const positions = (await asked.readStream(stream)).map(({ position }) => position);
    expect(written).toMatchObject({ outcome: 'written', revision: 2, positions });
    await asked.close();
    deaf.stop();
  });

  it('is known by its ids after the server was killed and started again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'onhand-'));
    const file = join(directory, 'log');
    let server = await EventStoreDbDouble.start({ file, port: await steadyPort() });
    const asked = await open(server.url);
    const events = happenedTimes(2);
    const first = await asked.append(stream, NO_STREAM, events);
    server.stop();
    server = await EventStoreDbDouble.start({ file, port: server.port });

    expect(await appendSurely(asked, stream, NO_STREAM, events)).toEqual(first);
    expect(await idsOf(stream, asked)).toEqual(events.map(({ id }) => id));
    await asked.close();
    server.stop();
    rmSync(directory, { recursive: true });
  });

  it('that was not sent when the store is closed is unknown: nobody waits for ever', async () => {
    const asked = await open();
    double.faults.appends.push('stream breaks');
    await asked.append(stream, NO_STREAM, happenedTimes(1)); // Now the next client is waited for.
    const inHand = asked.append(stream, NO_STREAM, happenedTimes(1));
    await asked.close();

    expect(await inHand).toMatchObject({ outcome: 'unknown' });
  });

  it('to a stream that somebody deleted is refused as damaged, and so is a read', async () => {
    await store.append(stream, NO_STREAM, happenedTimes(3));
    double.log.delete(stream, 'deleted');
    await expect(store.append(stream, NO_STREAM, happenedTimes(1))).rejects.toThrow(StreamDamaged);
    double.log.delete(stream, 'tombstoned');
    await expect(store.append(stream, 3, happenedTimes(1))).rejects.toThrow(StreamDamaged);
    await expect(store.readStream(stream)).rejects.toThrow(StreamDamaged);
  });
});

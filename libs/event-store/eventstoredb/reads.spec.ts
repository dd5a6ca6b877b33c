import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../kernel/testing/until.ts';
import { EventStoreDbDouble } from '../../../test/servers/eventstoredb/index.ts';
import { NO_STREAM, StoreUnavailable } from '../src/index.ts';
import { follow, happened, happenedTimes, newStream, readToEnd } from '../testing/index.ts';
import { steadyPort } from '../testing/steady-port.ts';
import { EventStoreDbEventStore, StreamDamaged } from './index.ts';

/** Longer than any machine takes. */
const PATIENT_MS = 600_000;
/** Where the time that a call may take is to be over. */
const HASTY_MS = 300;

describe('an EventStoreDB that is followed', () => {
  let double: EventStoreDbDouble;
  let store: EventStoreDbEventStore;
  let stream: string;
  const alarms: string[] = [];

  beforeEach(async () => {
    double = await EventStoreDbDouble.start({ port: await steadyPort() });
    alarms.length = 0;
    store = await EventStoreDbEventStore.open({
      url: double.url,
      appendDeadlineMs: PATIENT_MS,
      readDeadlineMs: PATIENT_MS,
      onAlarm: (message) => alarms.push(message),
    });
    stream = newStream('item');
  });
  afterEach(async () => {
    await store.close();
    double.stop();
  });

  /** What the server writes itself: statistics, links of projections. */
  const writeSystemEvents = (count: number): void => {
    const none = new Uint8Array();
    for (let number = 0; number < count; number++) {
      const event = { id: randomUUID(), type: '$stats', contentType: 'x', data: none, metadata: none };
      double.log.append('$stats-1', 'any', [event], Date.now());
    }
  };

  it.each([
    ['cleanly', 1],
    ['unavailable', 1],
    ['dropped as slow', 0], // Some servers do that to whoever is tens of events behind: nothing is wrong.
  ] as const)(
    'brings each event once, in order, where subscriptions end %s, and raises an alarm unless that is normal',
    async (how, alarmsMin) => {
      const seen = follow(store, { after: 0 }, (events) => events.length >= 40);
      for (let number = 0; number < 40; number++) {
        await store.append(stream, number - 1, happenedTimes(1));
        if (number % 15 === 7) double.reads.endSubscriptions(how);
      }

      expect((await seen).map(({ revision }) => revision)).toEqual(Array.from({ length: 40 }, (_, n) => n));
      await until(() => alarms.length >= alarmsMin, 'an alarm');
      if (alarmsMin === 0) expect(alarms).toEqual([]);
    },
  );

  it('brings each event once, in order, from a server that drops whoever is some events behind', async () => {
    double.faults.liveEventsMax = 8;
    const seen = follow(store, { after: 0 }, (events) => events.length >= 1_000);
    const streams = Array.from({ length: 10 }, () => newStream('item'));
    await Promise.all(streams.map((name) => store.append(name, NO_STREAM, happenedTimes(100))));

    const positions = (await seen).map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    expect(positions).toHaveLength(1_000);
  });

  it('is subscribed to again where a subscription says nothing, though its connection lives', async () => {
    const hasty = await openHasty((message) => alarms.push(message));
    const seen = follow(hasty, { after: 0 }, (events) => events.length >= 3);
    await hasty.append(stream, NO_STREAM, happenedTimes(1));
    double.faults.subscriptions.push('never answers', 'never answers');
    double.reads.endSubscriptions('cleanly');
    await until(() => double.faults.subscriptions.length < 2, 'the silent one');
    await store.append(stream, 0, happenedTimes(2));

    expect((await seen).map(({ revision }) => revision)).toEqual([0, 1, 2]);
    expect(double.faults.subscriptions.length).toBeLessThan(2);
    await hasty.close();
  });

  it('raises an alarm where its log was restored from a backup while we followed it', async () => {
    const { port } = double;
    const folder = mkdtempSync(join(tmpdir(), 'onhand-'));
    double.stop();
    double = await EventStoreDbDouble.start({ port, file: join(folder, 'log') });
    const hasty = await openHasty((message) => alarms.push(message));
    await hasty.append(stream, NO_STREAM, happenedTimes(1));
    copyFileSync(join(folder, 'log'), join(folder, 'backup'));
    await hasty.append(stream, 0, happenedTimes(1));
    double.stop();
    double = await EventStoreDbDouble.start({ port, file: join(folder, 'backup') });

    await until(() => alarms.some((alarm) => alarm.includes('restored from a backup')), 'the alarm');
    await hasty.close();
    rmSync(folder, { recursive: true });
  });

  it.each(['internal', 'unknown', 'refused'] as const)(
    'is asked again after an error that names no cause: %s',
    async (fault) => {
      await store.append(stream, NO_STREAM, happenedTimes(3));
      const [first, second] = await store.readStream(stream);
      const reads = [
        () => store.readStream(stream),
        () => store.readAll({ after: first!.position }),
        () => store.head(),
        () => store.eventAt(second!.position),
      ];
      for (const read of reads) {
        const known = await read();
        double.faults.reads.push(fault);
        expect(await read()).toEqual(known);
        expect(double.faults.reads).toEqual([]);
      }
    },
  );

  it('brings each event once where a checkpoint comes before its events', async () => {
    await store.append(stream, NO_STREAM, happenedTimes(2));
    double.faults.subscriptions.push('checkpoint ahead', 'checkpoint ahead');
    const seen = follow(store, { after: 0 }, (events) => events.at(-1)?.revision === 6);
    double.reads.endSubscriptions('cleanly');
    await store.append(stream, 1, happenedTimes(4));
    await until(() => double.faults.subscriptions.length === 0);
    await store.append(stream, 5, happenedTimes(1));

    expect((await seen).map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('reads again what was cut off by the failure of another read', async () => {
    await store.append(stream, NO_STREAM, happenedTimes(3));
    double.faults.reads.push('never answers', 'never answers', 'unavailable');
    const cutOff = [store.readStream(stream), store.head()] as const;
    await until(() => double.faults.reads.length === 1, 'both to wait for their answers');
    await store.readAll({ after: 0 });

    expect((await cutOff[0]).map(({ revision }) => revision)).toEqual([0, 1, 2]);
    expect(await cutOff[1]).toBeGreaterThan(0);
  });

  it('goes on where it was after it was restarted', async () => {
    const { log, port } = double;
    await store.append(stream, NO_STREAM, happenedTimes(1));
    const seen = follow(store, { after: 0 }, (events) => events.length >= 2);
    double.stop();
    double = await EventStoreDbDouble.start({ log, port });
    log.append(
      stream,
      0,
      [{ ...happened(), contentType: 'application/json', data: Buffer.from('{}'), metadata: Buffer.of() }],
      Date.now(),
    );

    expect((await seen).map(({ revision }) => revision)).toEqual([0, 1]);
  });

  it('hides the events that the server writes for itself, and finds the head before them', async () => {
    const following = follow(store, { after: 0 }, (events) => events.length >= 2);
    writeSystemEvents(30);
    await store.append(stream, NO_STREAM, happenedTimes(1));
    writeSystemEvents(600);
    await store.append(stream, 0, happenedTimes(1));
    const [first, second] = await following;
    writeSystemEvents(600);

    expect(await readToEnd(store, { after: 0 })).toEqual([first, second]);
    expect(await store.readAll({ after: first!.position, limit: 1 })).toMatchObject({ events: [second] });
    expect(await store.head()).toBe(second!.position);
    expect(await store.readAll({ after: second!.position })).toEqual({
      events: [],
      position: second!.position,
    });
  });

  it('hides the record that the server puts into a stream that somebody deletes for good', async () => {
    const following = follow(store, { after: 0 }, (events) => events.length >= 2);
    await store.append(stream, NO_STREAM, happenedTimes(1));
    double.log.delete(stream, 'tombstoned');
    const other = newStream('item');
    await store.append(other, NO_STREAM, happenedTimes(1));
    const events = await following;
    double.log.delete(other, 'tombstoned');

    expect(events.map((event) => [event.stream, event.revision])).toEqual([
      [stream, 0],
      [other, 0],
    ]);
    expect(await readToEnd(store, { after: 0 })).toEqual(events);
    expect(await store.head()).toBe(events[1]!.position);
  });

  it('never lets recorded times fall, though its clock is set back', async () => {
    await store.append(stream, NO_STREAM, happenedTimes(1));
    double.faults.clockOffsetMs = -3_600_000;
    const written = await store.append(stream, 0, happenedTimes(2));
    const [first, ...later] = await readToEnd(store, { after: 0 });

    expect(later.map(({ recordedAt }) => recordedAt)).toEqual([first!.recordedAt, first!.recordedAt]);
    expect(written).toMatchObject({ recordedAt: first!.recordedAt });
    expect(await store.readAll({ after: later[0]!.position })).toMatchObject({ events: [later[1]] });
    expect(await store.readStream(stream, { fromRevision: 1 })).toEqual(later);
  });

  it('reads a single event by its position', async () => {
    await store.append(stream, NO_STREAM, happenedTimes(5));
    const events = await store.readStream(stream);
    const { calls } = double.reads;

    expect(await store.eventAt(events[3]!.position)).toEqual(events[3]);
    // Exactly there: a server that is asked for what is no beginning reads bytes of another event.
    expect(double.reads.calls - calls).toBe(1);
    expect(await store.eventAt(events[3]!.position - 1)).toBeUndefined();
    expect(await store.eventAt(events[4]!.position + 1_000_000)).toBeUndefined();

    const { events: found } = await store.readAll({ after: events[3]!.position - 1, limit: 1 });
    expect(found).toEqual([events[3]]);
  });

  it.each([
    { gone: 'the beginning', before: 3 },
    { gone: 'all', before: 5 },
  ])('refuses a stream of which $gone is gone', async ({ before }) => {
    await store.append(stream, NO_STREAM, happenedTimes(5));
    double.log.truncate(stream, before);

    await expect(store.readStream(stream)).rejects.toThrow(StreamDamaged);
    expect(await store.readStream(stream, { fromRevision: 5 })).toEqual([]);
  });

  it('fails a read that is never answered, and answers the next one', async () => {
    await store.append(stream, NO_STREAM, happenedTimes(1));
    const hasty = await openHasty();
    double.faults.reads.push('never answers');

    await expect(hasty.readStream(stream)).rejects.toThrow(StoreUnavailable);
    double.faults.reads.length = 0; // On a slow machine the time may be over before the server has heard of it.
    await until(async () => (await hasty.readStream(stream).catch(() => [])).length === 1, 'the next answer');
    await hasty.close();
  });

  /** As hasty as this machine can be asked at all. */
  async function openHasty(onAlarm = (_: string): void => {}): Promise<EventStoreDbEventStore> {
    for (let readDeadlineMs = HASTY_MS; ; readDeadlineMs *= 2) {
      try {
        return await EventStoreDbEventStore.open({ url: double.url, readDeadlineMs, onAlarm });
      } catch (fault) {
        if (!(fault instanceof StoreUnavailable)) throw fault;
      }
    }
  }

  it('is asked again where it was not ready', async () => {
    await store.append(stream, NO_STREAM, happenedTimes(1));
    double.faults.reads.push('unavailable');

    expect(await store.readStream(stream)).toHaveLength(1);
  });
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import { allShards } from '#kernel';
import { until } from '../../kernel/testing/until.ts';
import { MemoryTopic } from '../testing/memory-topic.ts';
import { Process } from '../testing/process.ts';
import { Stage } from '../testing/stage.ts';
import { AvailabilityTeller } from './availability-teller.ts';
import { WAITING_MAX } from './lanes.ts';

describe('a publisher of numbers', () => {
  let stage: Stage;
  let topic: MemoryTopic;
  const processes: Process[] = [];

  beforeEach(async () => {
    stage = await Stage.open();
    topic = new MemoryTopic();
  });

  afterEach(async () => {
    for (const each of processes.splice(0)) await each.stop();
    await stage.close();
  });

  function tellNumbers(pauseMs?: number): Process {
    const channels = () => [{ id: 'web' }, { id: 'pos' }];
    const teller = new AvailabilityTeller({ numbers: stage.numbers, channels, shards: allShards() });
    const process = new Process(topic, teller, pauseMs);
    stage.numbers.onChange(({ channel, listing, version }) =>
      process.publisher.changed({ key: `${channel}:${listing}`, position: version }),
    );
    processes.push(process);
    process.start();
    return process;
  }

  const set = async (channel: string, numbers: Record<string, number>): Promise<number> => {
    const position = await stage.setNumbers(channel, numbers);
    await stage.project();
    return position;
  };
  const available = (): Record<string, number | undefined> =>
    Object.fromEntries(Object.entries(topic.picture).map(([key, value]) => [key, value.available]));

  it('sends every number, then what changes, with one send at a time to a partition', async () => {
    await set('web', { A: 1, B: 2 });
    const process = tellNumbers();
    await process.settled();
    for (let n = 1; n <= 40; n++) await set(n % 2 ? 'web' : 'pos', { A: n, C: n });
    await process.settled();
    expect(available()).toEqual({ 'web:A': 39, 'web:B': 2, 'web:C': 39, 'pos:A': 40, 'pos:C': 40 });
    expect(topic.together).toBe(1);
    const versions = topic.versionsOf('web:A');
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it('sends what changes while it goes through the catalog, each number once', async () => {
    const listings = Array.from({ length: 3_000 }, (_, n) => `L-${String(n).padStart(4, '0')}`);
    await set('web', Object.fromEntries(listings.map((listing) => [listing, 1])));
    const process = tellNumbers();
    await process.settled();
    for (let round = 0; round < 5; round++) {
      process.publisher.beginAgain();
      for (let n = 0; n < 30; n++) {
        await set('web', { [listings[(round * 30 + n) * 7]!]: n + 2 });
        await nextTurn();
      }
      await process.settled();
    }
    const { picture } = topic;
    const untold = listings.filter(
      (listing) => picture[`web:${listing}`]!.version !== stage.numbers.number('web', listing)!.version,
    );
    expect(untold).toEqual([]);
    const versions = topic.partitions.flat().map(({ key, value }) => `${key} ${String(value)}`);
    expect(versions).toHaveLength(new Set(versions).size);
  });

  it('comes to the end of the catalog though all numbers change again and again', async () => {
    const listings = Array.from({ length: 6_000 }, (_, n) => `L-${n}`);
    const all = (quantity: number) =>
      Object.fromEntries(listings.map((listing) => [listing, quantity] as const));
    await set('web', all(1));
    const process = tellNumbers();
    for (let n = 2; process.publisher.state !== 'telling'; n++) {
      await set('web', all(n));
      await nextTurn();
    }
    await process.settled();
  });

  it('does not send the same listing over and over while the log is ahead, also at the start', async () => {
    const listings = Array.from({ length: 3_000 }, (_, n) => `L-${String(n).padStart(4, '0')}`);
    await set('web', Object.fromEntries(listings.map((listing) => [listing, 1])));
    const process = tellNumbers();
    process.isBehind = true;
    await until(() => topic.versionsOf('web:L-0000').length === 1, 'it is told');
    for (let n = 2; n <= 20; n++) await set('web', { 'L-0000': n });
    expect(topic.versionsOf('web:L-0000').length).toBeLessThanOrEqual(2);
    process.isBehind = false;
    await process.settled();
    expect(topic.picture['web:L-0000']).toMatchObject({ available: 20 });
  });

  it('sends nothing twice after a restart', async () => {
    await set('web', { A: 1, B: 2 });
    const first = tellNumbers();
    await first.settled();
    await first.stop();
    await set('web', { A: 5 });
    await tellNumbers().settled();
    expect(topic.versionsOf('web:A')).toHaveLength(2);
    expect(topic.versionsOf('web:B')).toHaveLength(1);
  });

  it('sends a number once while the log is ahead, and then the newest', async () => {
    const process = tellNumbers();
    await process.settled();
    process.isBehind = true;
    await set('web', { A: 1 });
    await process.settled();
    for (let n = 2; n <= 20; n++) await set('web', { A: n });
    expect(topic.versionsOf('web:A')).toHaveLength(1);
    process.isBehind = false;
    await process.settled();
    expect(topic.versionsOf('web:A')).toHaveLength(2);
    expect(available()).toEqual({ 'web:A': 20 });
  });

  it('does not wait for ever where the log stays ahead', async () => {
    const process = tellNumbers(20);
    process.isBehind = true;
    for (let n = 1; n <= 3; n++) {
      await set('web', { A: n });
      await process.settled();
    }
    expect(available()).toEqual({ 'web:A': 3 });
  });

  it('waits for the log no longer once half of what may wait is waiting', async () => {
    const process = tellNumbers();
    await set('web', Object.fromEntries([...'ABCDEFGH'].map((listing) => [listing, 1])));
    await process.settled();
    expect(topic.partitions.map(({ length }) => length)).not.toContain(0); // Each has told, and pauses now.
    process.isBehind = true;
    for (let n = 1; n < WAITING_MAX / 2; n++) process.publisher.changed({ key: `web:no-${n}`, position: n });
    await nextTurn();
    expect(process.publisher.figures.pending).toBe(WAITING_MAX / 2 - 1);
    process.publisher.changed({ key: 'web:no-0', position: 1 });
    await until(() => process.publisher.figures.pending < WAITING_MAX / 2 - 1, 'some of it is told');
    process.isBehind = false;
    await process.settled();
  });

  it('sends only the newest number of what changed while no broker answered', async () => {
    const process = tellNumbers();
    await process.settled();
    topic.isDown = true;
    for (let n = 1; n <= 20; n++) await set('web', { A: n });
    const tried = process.troubles.length; // What is on its way now may be an older value.
    await until(() => process.troubles.length > tried, 'it has tried');
    expect(process.publisher.state).toBe('waiting');
    expect(process.publisher.figures).toMatchObject({ pending: 1, told: 0 });
    expect(process.publisher.figures.failed).toBeGreaterThan(0);
    topic.isDown = false;
    await process.settled();
    expect(process.publisher.state).toBe('telling');
    expect(topic.versionsOf('web:A')).toHaveLength(1);
    expect(available()).toEqual({ 'web:A': 20 });
  });

  it('sends at most once more what was written without an answer', async () => {
    const process = tellNumbers();
    await process.settled();
    topic.mishaps.push('late');
    const version = await set('web', { A: 7 });
    await process.settled();
    await set('web', { B: 1 }); // Whatever else was to be told goes before it, or with it.
    await process.settled();
    expect(topic.versionsOf('web:A').length).toBeLessThanOrEqual(2);
    expect(new Set(topic.versionsOf('web:A'))).toEqual(new Set([version]));
  });

  it('sends again what was acknowledged and is not in the topic', async () => {
    const process = tellNumbers();
    await process.settled();
    topic.mishaps.push('lost');
    await set('web', { A: 7 });
    await until(() => available()['web:A'] === 7, 'it is there');
    await process.settled();
    expect(process.publisher.figures).toMatchObject({ pending: 0, told: 2, toldAgain: 1, failed: 0 });
  });

  it('puts right an older number that a process writes after a sleep', async () => {
    const process = tellNumbers();
    const old = await set('web', { A: 1 });
    const newest = await set('web', { A: 2 });
    await process.settled();
    topic.write('web:A', { version: old, available: 1 });
    await until(() => available()['web:A'] === 2, 'the newest is last again');
    expect(topic.versionsOf('web:A').slice(-2)).toEqual([old, newest]);
  });

  it('puts right what was written over a number while no process ran', async () => {
    await set('web', { A: 1 });
    const first = tellNumbers();
    await first.settled();
    await first.stop();
    topic.write('web:A', { version: 0, available: 99 });
    topic.write('web:X', null);
    topic.write('not of ours', { what: 'ever' });
    await tellNumbers().settled();
    expect(available()['web:A']).toBe(1);
  });

  it('never sends an older number than the topic has, though its picture is behind', async () => {
    await set('web', { A: 1 });
    topic.write('web:A', { version: 1_000, available: 50 });
    const process = tellNumbers();
    await process.settled();
    await set('web', { A: 2 });
    await process.settled();
    expect(topic.versionsOf('web:A')).toEqual([1_000]);
  });

  it('finds in the topic what is missing, where it gave up what waited', async () => {
    const process = tellNumbers();
    await process.settled();
    topic.isDown = true;
    await set('web', { A: 1 });
    process.publisher.beginAgain(); // As a full lane does.
    await set('web', { A: 2, B: 3 });
    topic.isDown = false;
    await until(() => available()['web:B'] === 3, 'nothing was forgotten');
    await process.settled();
    expect(available()).toEqual({ 'web:A': 2, 'web:B': 3 });
  });

  it('divides what is too much for one send, and leaves out only what is too large by itself', async () => {
    topic = new MemoryTopic(1);
    topic.charactersMax = 1_000;
    const long = 'L'.repeat(1_000);
    await set('web', Object.fromEntries([...'ABCDEFGHIJ', long].map((listing) => [listing, 1])));
    const process = tellNumbers();
    await process.settled();
    expect(Object.keys(available()).sort()).toEqual([...'ABCDEFGHIJ'].map((listing) => `web:${listing}`));
    expect(process.tooLarge).toEqual([`web:${long}`]);
    expect(process.publisher.figures).toMatchObject({ pending: 0, told: 10, tooLarge: 1 });
    expect(process.troubles).toEqual([]);
  });

  it('sends nothing after a sleep before it has read the topic', async () => {
    const process = tellNumbers();
    await process.settled();
    topic.isDown = true;
    await set('web', { A: 1 });
    await until(() => process.troubles.length > 0, 'it waits');
    const later = await stage.setNumbers('web', { A: 9 });
    topic.write('web:A', { version: later, available: 9 }); // Of the one that has the shard by now.
    process.publisher.beginAgain();
    topic.isDown = false;
    await process.settled();
    await stage.project();
    await process.settled();
    expect(topic.versionsOf('web:A')).toEqual([later]);
  });

  it('does not send what it was about to send before a sleep', async () => {
    const process = tellNumbers();
    await process.settled();
    process.beforeSend = () => {
      process.beforeSend = () => undefined;
      topic.write('web:A', { version: 1_000, available: 9 }); // Of the one that has the shard by now.
      process.publisher.beginAgain();
    };
    await set('web', { A: 1 });
    await process.settled();
    expect(topic.versionsOf('web:A')).toEqual([1_000]);
  });

  it('begins anew where the topic was recreated', async () => {
    await set('web', { A: 1, B: 2, C: 3 });
    const process = tellNumbers();
    await process.settled();
    for (const records of topic.partitions) records.length = 0;
    process.publisher.beginAgain();
    await until(() => Object.keys(available()).length === 3, 'all of it is told again');
    expect(process.troubles).toMatchObject([{ code: 'KAFKA_TOPIC_MADE_ANEW' }]);
  });
});

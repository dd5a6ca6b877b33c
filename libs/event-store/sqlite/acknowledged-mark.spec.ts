import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#kernel';
import { NO_STREAM } from '../src/index.ts';
import { happenedTimes } from '../testing/index.ts';
import { SqliteEventStore } from './index.ts';

const EVENTS = 2_000;

let parent: string;
/** As a process that was killed leaves it: nothing has been carried from the write-ahead log into the file. */
let killed: string;

const open = (directory: string): Promise<SqliteEventStore> =>
  SqliteEventStore.open({ directory, clock: systemClock, writer: 'inline' });
const inKilled = (file: string): string => join(killed, file);

beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'onhand-'));
  const directory = join(parent, 'data');
  killed = join(parent, 'killed');
  const store = await open(directory);
  const append = (item: number) => store.append(`item-${item}`, NO_STREAM, happenedTimes(100));
  for (let item = 0; item < 10; item++) await append(item);
  cpSync(directory, join(parent, 'before'), { recursive: true });
  for (let item = 10; item < EVENTS / 100; item++) await append(item);
  cpSync(directory, killed, { recursive: true });
  await store.close();
});
afterEach(() => rmSync(parent, { recursive: true }));

describe('a log that a killed process left behind', () => {
  it('has all that was acknowledged', async () => {
    const store = await open(killed);
    expect(await store.head()).toBe(EVENTS);
    await store.close();
  });

  it.each<[string, () => void]>([
    ['is gone', () => rmSync(inKilled('events.db-wal'))],
    ['is cut', () => truncateSync(inKilled('events.db-wal'), statSync(inKilled('events.db-wal')).size / 2)],
    ['is damaged', () => flip(inKilled('events.db-wal'))],
    ['is an older one', () => cpSync(join(parent, 'before', 'events.db-wal'), inKilled('events.db-wal'))],
    [
      'is gone with the file itself',
      () => ['', '-wal'].forEach((end) => rmSync(inKilled(`events.db${end}`))),
    ],
    [
      'is gone, and the file is empty',
      () => {
        rmSync(inKilled('events.db-wal'));
        writeFileSync(inKilled('events.db'), '');
      },
    ],
  ])('is refused each time where its write-ahead log %s', async (_, damage) => {
    rmSync(inKilled('events.db-shm'));
    damage();
    for (let time = 0; time < 2; time++) {
      await expect(open(killed)).rejects.toThrow(
        /it ends at position \d+, but position 2000 was acknowledged.*`onhand restore`.*remove .*events.acknowledged/,
      );
    }
  });

  it('is opened without what is lost once its mark was removed on purpose', async () => {
    rmSync(inKilled('events.db-wal'));
    rmSync(inKilled('events.acknowledged'));
    const store = await open(killed);
    expect(await store.head()).toBeLessThan(EVENTS);
    await store.close();
  });

  it.each(['', '0'.repeat(8), '\0'.repeat(16)])('is opened where the mark says nothing: %j', async (text) => {
    writeFileSync(inKilled('events.acknowledged'), text);
    const store = await open(killed);
    expect(await store.head()).toBe(EVENTS);
    await store.append('item-0', 99, happenedTimes(1));
    await store.close();
    expect(readFileSync(inKilled('events.acknowledged'), 'latin1')).toBe('0000000000002001');
    expect(statSync(inKilled('events.acknowledged')).mode & 0o777).toBe(0o600);
  });
});

function flip(file: string): void {
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length / 2)]! ^= 0x10;
  writeFileSync(file, bytes);
}

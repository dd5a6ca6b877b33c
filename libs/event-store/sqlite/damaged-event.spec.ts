import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NO_STREAM } from '../src/index.ts';
import { happened, readToEnd } from '../testing/index.ts';
import { checkLog } from './backup.ts';
import { packEventId } from './event-id.ts';
import { changeUnchecked } from './testing/change-unchecked.ts';
import { SqliteEventStore } from './index.ts';

const START = Date.UTC(2026, 0, 5);
/** Of `item-b`, whose events have the positions from 2 on. */
const IDS = [2, 3, 4, 5, 6].map((position) => `00000000-0000-4000-8000-0000000000a${position}`);

let parent: string;
let directory: string;
let now = START;

const events = (): string => join(directory, 'events.db');
const open = (): Promise<SqliteEventStore> =>
  SqliteEventStore.open({ directory, clock: { now: () => now }, writer: 'inline' });
const dataOf = (position: number): object => ({ sku: 'MUG', quantity: position * 10_000 + 2 });
const wordsOf = (position: number): RegExp =>
  new RegExp(`events.db cannot be used: the event at position ${position} is damaged`);

/** Positions 1 and 7 are of other items; each event is of a second of its own. */
beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'onhand-'));
  directory = join(parent, 'data');
  now = START;
  const store = await open();
  await store.append('item-a', NO_STREAM, [happened({}, 'Begun')]);
  for (const [index, id] of IDS.entries()) {
    now += 1_000;
    const event = { id, type: 'Received', data: dataOf(index + 2) };
    await store.append('item-b', index - 1, [event]);
  }
  await store.append('item-c', NO_STREAM, [happened()]);
  await store.close();
});
afterEach(() => rmSync(parent, { recursive: true }));

/** Changes a byte of the file, found from where these bytes are: they must be there once. */
function flip(found: Uint8Array | string, { by, bit }: { by: number; bit: number }, file = events()): void {
  const bytes = readFileSync(file);
  const at = bytes.indexOf(found);
  expect([at > 0, bytes.indexOf(found, at + 1)]).toEqual([true, -1]);
  bytes[at + by]! ^= bit;
  writeFileSync(file, bytes);
}

function bytesOf(id: string): Uint8Array {
  const bytes = new Uint8Array(16);
  packEventId(id, bytes, 0);
  return bytes;
}

describe('an event that changed in the file', () => {
  const flipDigit = (): void => flip('"quantity":40002', { by: 11, bit: 0x02 });

  it('by a digit, is named by every read, and never handed out', async () => {
    flipDigit();
    const store = await open();
    await expect(store.readAll({ after: 0 })).rejects.toThrow(wordsOf(4));
    await expect(store.readAll({ after: 0, categories: ['item'] })).rejects.toThrow(wordsOf(4));
    await expect(store.readStream('item-b')).rejects.toThrow(wordsOf(4));
    const following = (async () => {
      for await (const page of store.subscribe({ after: 3 }, new AbortController().signal)) void page;
    })();
    await expect(following).rejects.toThrow(wordsOf(4));
    expect(await store.readStream('item-b', { limit: 2 })).toMatchObject([2, 3].map(toContent));
    await store.close();
  });

  it('by a digit, is named by the check of the file, which no backup passes', async () => {
    const sound = join(parent, 'sound.db');
    const before = await open();
    await before.backup(sound);
    await before.close();
    flipDigit();
    flip('"quantity":50002', { by: 11, bit: 0x02 }, sound);

    const store = await open();
    expect(await store.integrityCheck()).toEqual(['an event that has changed since it was written: 4']);
    await expect(store.backup(join(parent, 'backup.db'))).rejects.toThrow(/changed since it was written: 4/);
    await store.close();
    const elsewhere = join(parent, 'elsewhere');
    await expect(SqliteEventStore.restore(sound, elsewhere)).rejects.toThrow(
      /changed since it was written: 5/,
    );
    expect(readdirSync(elsewhere)).toEqual(['lock.db']);
  });

  // A row is: position, stream, revision, id, type, recorded at, data. Its head ends where the stream begins.
  it.each([
    ['the stream, to another one', { by: -2, bit: 0x01 }],
    ['the stream, to none', { by: -2, bit: 0x40 }],
    ['the revision', { by: -1, bit: 0x08 }],
    ['the id', { by: 3, bit: 0x10 }],
    ['the type, to none', { by: 16, bit: 0x08 }],
    ['the time, by a millisecond', { by: 22, bit: 0x01 }],
    ['the time, by years', { by: 17, bit: 0x01 }],
  ])('in %s, is named', async (_, where) => {
    flip(bytesOf(IDS[2]!), where);
    const store = await open();
    await expect(store.readAll({ after: 0 })).rejects.toThrow(wordsOf(4));
    await expect(store.readAll({ after: 0, categories: ['item'] })).rejects.toThrow(wordsOf(4));
    expect((await store.integrityCheck()).join()).toMatch(/(since it was written|no name): 4/);
    await store.close();
  });

  it.each([
    ['up', 0x40],
    ['up by one', 0x01],
    ['down', 0x04],
  ])('in its position, %s, is found missing where it was', async (_, bit) => {
    const place = { by: -12, bit };
    const bytes = readFileSync(events());
    expect(bytes[bytes.indexOf(bytesOf(IDS[2]!)) + place.by]).toBe(4);
    flip(bytesOf(IDS[2]!), place);
    const readAll = async (): Promise<unknown> => {
      const store = await open();
      try {
        return await readToEnd(store, { after: 0 });
      } finally {
        await store.close();
      }
    };
    await expect(readAll()).rejects.toThrow(/the event (after|at) position \d is damaged/);
    expect(await checkLog(events())).not.toEqual([]);
  });

  it('in the name of its stream or type, which are stored elsewhere, is named', async () => {
    change("UPDATE streams SET name = 'item-d' WHERE name = 'item-b'");
    const store = await open();
    await expect(store.readAll({ after: 0 })).rejects.toThrow(wordsOf(2));
    await store.close();
    change("UPDATE streams SET name = 'item-b' WHERE name = 'item-d'");
    change("UPDATE types SET name = 'Begin' WHERE name = 'Begun'");
    const other = await open();
    await expect(other.readAll({ after: 0 })).rejects.toThrow(wordsOf(1));
    await other.close();
  });

  it.each([
    ['an integer of ours is no longer', `recorded_at = ${2n ** 60n}`],
    ['a text', "revision = 'two'"],
    ['nothing', 'type = NULL'],
  ])('to %s where a number was, is named as damaged', async (_, set) => {
    changeUnchecked(events(), `UPDATE events SET ${set}, checksum = NULL WHERE position = 4`);
    const store = await open();
    await expect(store.readAll({ after: 0 })).rejects.toThrow(wordsOf(4));
    await expect(store.readStream('item-b')).rejects.toThrow(wordsOf(4));
    expect(await store.integrityCheck()).not.toEqual([]);
    await store.close();
  });

  it('keeps the store from opening where it is the newest one: later times depend on it', async () => {
    change('UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 7');
    for (const writer of ['inline', 'thread'] as const) {
      const opening = SqliteEventStore.open({ directory, clock: { now: () => now }, writer });
      await expect(opening).rejects.toThrow(wordsOf(7));
    }
  });

  it('or is gone, is found missing by a read of its stream', async () => {
    change('DELETE FROM events WHERE position = 4');
    const store = await open();
    await expect(store.readStream('item-b')).rejects.toThrow(wordsOf(4));
    await store.close();
    change('DELETE FROM stream_events WHERE position = 4');
    const other = await open();
    await expect(other.readStream('item-b')).rejects.toThrow(/the event at revision 2 of item-b is damaged/);
    await other.close();
  });
});

const toContent = (position: number): object => ({ position, stream: 'item-b', data: dataOf(position) });

function change(sql: string): void {
  const database = new DatabaseSync(events());
  expect(database.prepare(sql).run().changes).toBeGreaterThan(0);
  database.close();
}

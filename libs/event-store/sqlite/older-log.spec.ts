import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '#kernel';
import { happened, happenedTimes, readToEnd } from '../testing/index.ts';
import { changeUnchecked } from './testing/change-unchecked.ts';
import { SqliteEventStore, SqliteLogTarget } from './index.ts';

/** What the first version made, and wrote into it. */
const FIRST_VERSION = `
  PRAGMA page_size = 16384;
  PRAGMA journal_mode = WAL;
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    category TEXT NOT NULL
  ) STRICT;
  CREATE TABLE types (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id BLOB NOT NULL,
    type INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE TABLE stream_events (
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (stream, revision)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE settled (through INTEGER NOT NULL) STRICT;
  INSERT INTO settled VALUES (2);
  CREATE TABLE stream_names_fresh (name TEXT PRIMARY KEY, stream INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE stream_names_settled (name TEXT PRIMARY KEY, stream INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE VIEW log AS
    SELECT position, streams.name AS stream, revision, types.name AS type, recorded_at, data, hex(events.id) AS id
    FROM events JOIN streams ON streams.id = events.stream JOIN types ON types.id = events.type;
  INSERT INTO streams VALUES (1, 'item-1', 'item');
  INSERT INTO stream_names_fresh VALUES ('item-1', 1);
  INSERT INTO types VALUES (1, 'Received');
  INSERT INTO events VALUES
    (1, 1, 0, x'00000000000040008000000000000001', 1, 1000, '{"quantity":1}'),
    (2, 1, 1, x'00000000000040008000000000000002', 1, 2000, '{"quantity":2}'),
    (3, 1, 2, x'00000000000040008000000000000003', 1, 3000, '{"quantity":3}');
  INSERT INTO stream_events VALUES (1, 0, 1), (1, 1, 2);
  PRAGMA application_id = 0x4f6e4861;
  PRAGMA user_version = 1;`;

const QUANTITIES = [{ quantity: 1 }, { quantity: 2 }, { quantity: 3 }];

describe('a log that the first version wrote, without checksums', () => {
  let parent: string;
  let directory: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'onhand-'));
    directory = join(parent, 'data');
    mkdirSync(directory);
    change(FIRST_VERSION);
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  const fileIn = (folder: string): string => join(folder, 'events.db');
  const open = (where = directory): Promise<SqliteEventStore> =>
    SqliteEventStore.open({ directory: where, clock: systemClock });
  const change = (sql: string): void => {
    const database = new DatabaseSync(fileIn(directory));
    database.exec(sql);
    database.close();
  };

  it('is opened and written on; its new events are checked', async () => {
    const store = await open();
    await store.append('item-1', 2, [happened({ quantity: 4 }), happened({ quantity: 5 })]);
    const read = await store.readStream('item-1');
    expect(read.map(({ data }) => data)).toEqual([...QUANTITIES, { quantity: 4 }, { quantity: 5 }]);
    expect(await store.integrityCheck()).toEqual([]);
    await store.close();

    change(`UPDATE events SET data = '{"quantity":6}' WHERE position = 4`);
    const damaged = await open();
    expect(await damaged.readAll({ after: 0, limit: 3 })).toMatchObject({
      events: QUANTITIES.map((data) => ({ data })),
    });
    await expect(damaged.readAll({ after: 0 })).rejects.toThrow(/event at position 4 is damaged/);
    expect(await damaged.integrityCheck()).toEqual(['an event that has changed since it was written: 4']);
    await damaged.close();
  });

  it('is restored as it is, where it is a backup, and then opened', async () => {
    const elsewhere = join(parent, 'elsewhere');
    expect(await SqliteEventStore.restore(fileIn(directory), elsewhere)).toBe(3);
    const target = SqliteLogTarget.open(elsewhere);
    expect([target.through, target.isFinished]).toEqual([3, true]);
    await target.close();
    const store = await open(elsewhere);
    expect((await readToEnd(store, { after: 0 })).map(({ data }) => data)).toEqual(QUANTITIES);
    const backup = join(parent, 'backup.db');
    await store.append('item-2', -1, happenedTimes(2));
    expect(await store.backup(backup)).toBe(5);
    await store.close();
    expect(await SqliteEventStore.restore(backup, join(parent, 'again'))).toBe(5);
  });

  it('is copied to another folder, where all of it is checked', async () => {
    const store = await open();
    const to = join(parent, 'to');
    const target = SqliteLogTarget.open(to);
    await target.take(await readToEnd(store, { after: 0 }));
    await target.finish();
    await target.close();
    await store.close();
    const database = new DatabaseSync(fileIn(to));
    expect(database.prepare('SELECT count(checksum) AS checked FROM events').get()).toEqual({ checked: 3 });
    database.close();
    const copy = await open(to);
    expect((await readToEnd(copy, { after: 0 })).map(({ data }) => data)).toEqual(QUANTITIES);
    await copy.close();
  });

  it.each(["'two'", 'NULL'])('is refused as damaged where it has %s for a number', async (value) => {
    changeUnchecked(fileIn(directory), `UPDATE events SET revision = ${value} WHERE position = 2`);
    for (let time = 0; time < 2; time++) {
      await expect(open()).rejects.toThrow(/events.db cannot be used: it is damaged .*`onhand restore`/);
    }
  });

  it('is refused and left as it is where it has a layout from before the first release', async () => {
    change('ALTER TABLE stream_events RENAME TO stream_events_fresh');
    const words =
      /events.db cannot be used: it was written by a development version from before OnHand 0.1.0/;
    await expect(open()).rejects.toThrow(words);
    await expect(SqliteEventStore.restore(fileIn(directory), join(parent, 'new'))).rejects.toThrow(words);
    const database = new DatabaseSync(fileIn(directory));
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    database.close();
  });

  it('is not restored by a version that is older than it', async () => {
    change('PRAGMA user_version = 99');
    const words = /later version of OnHand \(schema 99; this one knows 2\)/;
    await expect(SqliteEventStore.restore(fileIn(directory), join(parent, 'new'))).rejects.toThrow(words);
  });
});

import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '#kernel';
import { DataDirectoryLocked, DataDirectoryUnusable, NO_STREAM, StoreUnavailable } from '../src/index.ts';
import { happened, happenedTimes, readToEnd } from '../testing/index.ts';
import { startChild } from './children/run-child.ts';
import { assertSqliteVersion } from './connection.ts';
import { DataFileUnusable, SqliteEventStore } from './index.ts';

describe('the data directory of a SqliteEventStore', () => {
  let parent: string;
  let directory: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'onhand-'));
    directory = join(parent, 'data');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  const open = (where = directory): Promise<SqliteEventStore> =>
    SqliteEventStore.open({ directory: where, clock: systemClock, writer: 'inline' });
  const modeOf = (file: string): number => statSync(join(directory, file)).mode & 0o777;

  it('is for its owner only', async () => {
    const store = await open();
    await store.append('item-1', NO_STREAM, [happened()]);

    expect(modeOf('.')).toBe(0o700);
    for (const file of ['events.db', 'events.db-wal', 'events.db-shm', 'lock.db']) {
      expect(modeOf(file)).toBe(0o600);
    }
    await store.close();
  });

  it('keeps its permissions when it was there before', async () => {
    const store = await open();
    await store.close();
    chmodSync(directory, 0o750);
    await (await open()).close();

    expect(modeOf('.')).toBe(0o750);
  });

  it('serves one store at a time', async () => {
    const store = await open();
    await expect(open()).rejects.toThrow(DataDirectoryLocked);
    await store.append('item-1', NO_STREAM, [happened()]);
    await store.close();

    const next = await open();
    expect(await next.head()).toBe(1);
    await next.close();
  });

  it('is held by another process until that is gone, however it goes', async () => {
    const holder = startChild('hold-directory', directory);
    await once(holder.stdout!, 'data');
    await expect(open()).rejects.toThrow(
      `is in use by process ${holder.pid}. Stop that process, or name another folder with DATA_DIR.`,
    );
    const ended = once(holder, 'exit');
    holder.kill('SIGKILL');
    await ended;

    await (await open()).close();
  });

  it('serves nothing once the store is closed, and ends who waits', async () => {
    const store = await open();
    const following = readToEnd(store, { after: 0 });
    const waiting = (async () => {
      for await (const page of store.subscribe({ after: 0 }, new AbortController().signal)) void page;
    })();
    const appended = store.append('item-1', NO_STREAM, [happened()]);
    await following;
    const unfollowed = expect(waiting).rejects.toThrow(StoreUnavailable);
    await store.close();

    expect(await appended).toMatchObject({ outcome: 'written' });
    await unfollowed;
    await expect(store.append('item-1', 0, [happened()])).rejects.toThrow(StoreUnavailable);
    await expect(store.readAll({ after: 0 })).rejects.toThrow(StoreUnavailable);
    await expect(store.head()).rejects.toThrow(StoreUnavailable);
  });

  describe('is refused', () => {
    const events = (): string => join(directory, 'events.db');
    const change = async (sql: string): Promise<void> => {
      await (await open()).close();
      const database = new DatabaseSync(events());
      database.exec(sql);
      database.close();
    };

    it('when a later version wrote it', async () => {
      await change('PRAGMA user_version = 99');
      await expect(open()).rejects.toThrow(/later version of OnHand \(schema 99; this one knows 2\)/);
    });

    it('when it has somebody else’s database', async () => {
      await (await open()).close();
      rmSync(events());
      const database = new DatabaseSync(events());
      database.exec('CREATE TABLE notes (note TEXT)');
      database.close();
      await expect(open()).rejects.toThrow(DataFileUnusable);
    });

    it('when its file is not a database', async () => {
      await (await open()).close();
      writeFileSync(events(), 'Once upon a time '.repeat(2_000));
      await expect(open()).rejects.toThrow(DataFileUnusable);
    });

    it('when it is cut, and says that a backup helps, in whatever thread it is written', async () => {
      const store = await open();
      for (let item = 0; item < 20; item++) await store.append(`i-${item}`, NO_STREAM, happenedTimes(100));
      await store.close();
      truncateSync(events(), statSync(events()).size / 2);
      for (const writer of ['inline', 'thread'] as const) {
        const opening = SqliteEventStore.open({ directory, clock: systemClock, writer });
        await expect(opening).rejects.toThrow(/events.db cannot be used: it is damaged.*`onhand restore`/);
      }
    });

    it('by a SQLite that may corrupt it', () => {
      for (const version of ['3.51.2', '3.50.9', '2.99.99']) {
        expect(() => assertSqliteVersion(version)).toThrow(DataFileUnusable);
      }
      for (const version of ['3.51.3', '3.52.0', '4.0.0']) assertSqliteVersion(version);
    });

    it('when it cannot be created', async () => {
      writeFileSync(directory, 'in the way');
      await expect(open()).rejects.toThrow(DataDirectoryUnusable);
      await expect(open(join(directory, 'below'))).rejects.toThrow(/a part of its path is a file/);
      rmSync(directory);
    });

    it('when it cannot be written', async () => {
      mkdirSync(join(directory, 'lock.db'), { recursive: true });
      await expect(open()).rejects.toThrow(DataDirectoryUnusable);
    });

    it('when its file cannot be written', async () => {
      mkdirSync(events(), { recursive: true });
      await expect(open()).rejects.toThrow(DataFileUnusable);
    });

    it('and is free again afterwards', async () => {
      await change('PRAGMA user_version = 99');
      await expect(open()).rejects.toThrow(DataFileUnusable);
      await expect(open()).rejects.toThrow(DataFileUnusable);
    });
  });

  describe('that is backed up', () => {
    it('while it is written, is copied as of one moment, restored, and found sound', async () => {
      const store = await open();
      for (let number = 0; number < 20; number++) {
        await store.append(`item-${number}`, NO_STREAM, happenedTimes(100));
      }
      let isDone = false;
      const writing = (async () => {
        for (let revision = 99; !isDone; revision++) await store.append('item-1', revision, [happened()]);
      })();
      const backup = join(parent, 'backup.db');
      const head = await store.backup(backup);
      isDone = true;
      await writing;
      const before = await readToEnd(store, { after: 0 });
      expect(before.length).toBeGreaterThan(2_000); // It was written meanwhile.
      await store.close();

      const elsewhere = join(parent, 'elsewhere');
      expect(await SqliteEventStore.restore(backup, elsewhere)).toBe(head);
      const restored = await open(elsewhere);
      expect(head).toBeGreaterThanOrEqual(2_000);
      expect(await restored.head()).toBe(head);
      expect(await readToEnd(restored, { after: 0 })).toEqual(before.slice(0, head));
      expect(await restored.integrityCheck()).toEqual([]);
      expect(statSync(backup).mode & 0o777).toBe(0o600);
      await restored.close();
    });

    it('overwrites no file that is there, and is restored from none that is not', async () => {
      const store = await open();
      const backup = join(parent, 'backup.db');
      await store.backup(backup);

      await expect(store.backup(backup)).rejects.toThrow(DataFileUnusable);
      await store.close();
      await expect(SqliteEventStore.restore(backup, directory)).rejects.toThrow(DataFileUnusable);
      const nowhere = join(parent, 'nowhere.db');
      await expect(SqliteEventStore.restore(nowhere, join(parent, 'new'))).rejects.toThrow(DataFileUnusable);
    });
  });

  it.each([
    ['events.copying.db', '`onhand copy`'],
    ['events.db.partial', '`onhand restore`'],
  ])('begins no new log beside %s, which is an unfinished one', async (name, command) => {
    mkdirSync(directory);
    writeFileSync(join(directory, name), 'half');
    const refused: unknown = await open().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DataFileUnusable);
    expect((refused as Error).message).toContain(`${command} did not complete it. Run that again`);
    expect(readdirSync(directory)).toEqual([name, 'lock.db']);
    rmSync(join(directory, name));
    await (await open()).close();
  });

  it('is not restored from half of a backup or from a folder, and says why', async () => {
    const store = await open();
    for (let item = 0; item < 20; item++) await store.append(`i-${item}`, NO_STREAM, happenedTimes(100));
    const backup = join(parent, 'backup.db');
    await store.backup(backup);
    await store.close();
    truncateSync(backup, statSync(backup).size / 2);
    const elsewhere = join(parent, 'elsewhere');
    const words = /backup.db cannot be used: it is damaged .*from an intact backup/;
    await expect(SqliteEventStore.restore(backup, elsewhere)).rejects.toThrow(words);
    const folder = `${parent} cannot be used: it is a folder, but must be a file.`;
    await expect(SqliteEventStore.restore(parent, elsewhere)).rejects.toThrow(folder);
    expect(readdirSync(elsewhere)).toEqual(['lock.db']);
  });

  it('names its event that is not JSON, and refuses to read it', async () => {
    const store = await open();
    await store.append('item-1', NO_STREAM, happenedTimes(3));
    await store.close();
    const database = new DatabaseSync(join(directory, 'events.db'));
    database.exec('UPDATE events SET data = \'{"a":\' WHERE position = 2');
    database.close();

    const damaged = await open();
    const words = /events.db cannot be used: the event at position 2 is damaged/;
    await expect(damaged.readAll({ after: 0 })).rejects.toThrow(words);
    await expect(damaged.readStream('item-1')).rejects.toThrow(words);
    await damaged.close();
  });

  describe('when it is checked', () => {
    it.each([
      { damage: 'DELETE FROM events WHERE position = 3', finds: /leads to another event/ },
      { damage: 'DELETE FROM stream_events WHERE position = 2', finds: /gap[^]*missing from the index/ },
      { damage: 'UPDATE events SET recorded_at = 5 WHERE position = 4', finds: /recorded before/ },
      { damage: 'UPDATE events SET data = \'{"a":\' WHERE position = 4', finds: /not an object: 4/ },
      { damage: "DELETE FROM streams WHERE name = 'item-1'", finds: /no name: 1/ },
      { damage: "UPDATE streams SET category = 'sku' WHERE id = 2", finds: /than its name has: item-2/ },
      { damage: 'UPDATE events SET data = \'{"a":1}\' WHERE position = 4', finds: /since it was written: 4/ },
      { damage: "UPDATE streams SET name = 'item-3' WHERE id = 1", finds: /since it was written: 3/ },
      { damage: `UPDATE events SET recorded_at = ${2n ** 60n} WHERE position = 3`, finds: /written: 3/ },
      { damage: 'DELETE FROM stream_names_fresh', finds: /leads to another stream: item-1/ },
    ])('says what is wrong after $damage', async ({ damage, finds }) => {
      const store = await open();
      await store.append('item-1', NO_STREAM, happenedTimes(3));
      await store.append('item-2', NO_STREAM, happenedTimes(3));
      expect(await store.integrityCheck()).toEqual([]);
      await store.close();
      const database = new DatabaseSync(join(directory, 'events.db'));
      database.exec(damage);
      database.close();

      const damaged = await open();
      expect((await damaged.integrityCheck()).join('\n')).toMatch(finds);
      await damaged.close();
    });
  });
});

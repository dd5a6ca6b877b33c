import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { turnsDuring } from '../../kernel/testing/turns-during.ts';
import { ReadModelFailed, type Shelf } from '../src/index.ts';
import { until } from '../../kernel/testing/until.ts';
import { IN_MEMORY, SqliteReadModel } from './index.ts';
import type { WalLimits } from './rows-checkpointer.ts';

interface Stock {
  units: number;
  category?: string;
}

const stocks = {
  name: 'stocks',
  version: 1,
  indexes: {
    category: (row: Stock) => row.category ?? null,
    units: (row: Stock) => row.units,
  },
};

/** As by default, but the time that has passed makes nothing due. */
const pace = { commitEveryMs: Infinity, dirtyRowsMax: 50_000, spillRows: 64 };

describe('SqliteReadModel', () => {
  let directory: string;
  let file: string;
  let model: SqliteReadModel;
  let shelf: Shelf<Stock>;

  const open = (walLimits?: WalLimits): void => {
    model = SqliteReadModel.open({ file, pace, ...(walLimits && { walLimits }) });
    shelf = model.shelf<Stock>(stocks);
  };
  const reopen = (): void => {
    model.close();
    open();
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'onhand-'));
    file = join(directory, 'read-models', 'read-model.db');
    open();
  });
  afterEach(() => {
    model.close();
    rmSync(directory, { recursive: true });
  });

  it('hands out the live row, to be changed in place', () => {
    shelf.put('mug', { units: 1 });
    shelf.get('mug')!.units = 5;
    shelf.put('mug', shelf.get('mug')!);

    expect(shelf.get('mug')).toEqual({ units: 5 });
    expect(shelf.byKey({ limit: 10 })[0]!.row).toBe(shelf.get('mug'));
  });

  it('stands for the position of the last commit when it is opened again', () => {
    expect(model.openedAt).toBe(0);
    shelf.put('mug', { units: 1 });
    model.commit(7);
    shelf.put('mug', { units: 2 });
    shelf.put('cup', { units: 3 });
    reopen();

    expect(model.openedAt).toBe(7);
    expect(shelf.byKey({ limit: 10 })).toEqual([{ key: 'mug', row: { units: 1 } }]);
    expect(shelf.count()).toBe(1);
  });

  it('forgets also what was spilled when it is opened again without a commit', () => {
    for (let number = 0; number < 60_000; number++) shelf.put(`sku-${number}`, { units: number });
    for (let spills = 0; spills < 4; spills++) model.spill(7);
    reopen();

    expect(model.openedAt).toBe(0);
    expect(shelf.count()).toBe(0);
  });

  it('is committed a little in each call, as of when that began', () => {
    for (let number = 0; number < 60_000; number++) shelf.put(`sku-${number}`, { units: number });
    for (let position = 7; position < 1_100; position++) {
      model.spill(position);
      const changed = shelf.get(`sku-${position}`)!;
      changed.units = -1;
      shelf.put(`sku-${position}`, changed);
      shelf.delete(`sku-${50_000 + position}`);
    }
    reopen();

    expect(model.openedAt).toBe(7);
    expect(shelf.count()).toBe(60_000);
    expect(shelf.get('sku-8')).toEqual({ units: 8 });
    expect(shelf.get('sku-51099')).toEqual({ units: 51_099 });
  });

  it('comes to its file sooner where the write-ahead log must begin anew, though it is read all the time', async () => {
    model.close();
    open({ carriedFrom: 1, wantedMax: 1, max: 50, leftMax: 0 });
    for (let mug = 0; mug < 100; mug++) shelf.put(`mug-${mug}`, { units: mug, category: 'c'.repeat(4_000) });
    model.commit(1);
    shelf.put('cup', { units: 500 });
    expect(shelf.byIndex('units', { equals: 500, limit: 1 })).toHaveLength(1);
    const inFile = new DatabaseSync(file, { readOnly: true });
    const position = inFile.prepare('SELECT position FROM picture');
    await until(() => {
      model.spill(2);
      return position.get()?.['position'] === 2;
    }, 'a commit before its time');
    inFile.close();
  });

  describe('at rest', () => {
    const change = (): void => {
      for (let number = 10_000; number < 30_000; number++) shelf.put(`sku-${number}`, { units: number });
    };

    it('writes what has changed, a little in each turn, as of when that began', async () => {
      model.close();
      model = SqliteReadModel.open({ file, pace: { ...pace, commitEveryMs: 0 } });
      shelf = model.shelf<Stock>(stocks);
      change();
      const resting = turnsDuring(model.rest(7));
      shelf.put('sku-29999', { units: -1 });
      expect(await resting).toBeGreaterThanOrEqual(9);
      reopen();
      expect([model.openedAt, shelf.count(), shelf.get('sku-29999')]).toEqual([7, 20_000, { units: 29_999 }]);
    });

    it('writes nothing before it is time for it', async () => {
      change();
      await model.rest(7);
      expect(model.changedRows).toBe(20_000);
    });
  });

  describe('makes ready for lists', () => {
    /** How many rows were written in each turn while lists are made ready, and the rows that are left. */
    const prepare = async (): Promise<{ written: number[]; left: number }> => {
      const written: number[] = [];
      let before = model.changedRows;
      let isReady = false;
      const look = (): void => {
        written.push(before - model.changedRows);
        before = model.changedRows;
        if (!isReady) setImmediate(look);
      };
      setImmediate(look);
      try {
        await Promise.all(Array.from({ length: 5 }, () => model.prepareLists()));
      } finally {
        isReady = true;
      }
      return { written, left: model.changedRows };
    };

    beforeEach(() => {
      for (let number = 10_000; number < 30_000; number++) shelf.put(`sku-${number}`, { units: number });
    });

    it('a little in each turn, however many lists are asked for', async () => {
      const { written, left } = await prepare();
      expect(Math.max(...written)).toBeLessThanOrEqual(2_000);
      expect(left).toBeLessThanOrEqual(2_000);
    });

    it('though rows change on', async () => {
      const prepared = model.prepareLists();
      await nextTurn();
      for (let number = 10_000; number < 11_000; number++) shelf.put(`sku-${number}`, { units: -number });
      shelf.delete('sku-29999');
      shelf.put('sku-0', { units: 5 });
      await prepared;
      expect(shelf.count()).toBe(20_000);
      const rows = shelf.byIndex('units', { above: 10_998, limit: 3 });
      expect(rows.map(({ key }) => key)).toEqual(['sku-11000', 'sku-11001', 'sku-11002']);
      expect(shelf.byIndex('units', { limit: 1 })[0]!.row).toEqual({ units: -10_999 });
      expect(shelf.byKey({ after: 'sku-29997', limit: 5 })).toHaveLength(1);
      expect(shelf.byKey({ limit: 1 })[0]!.key).toBe('sku-0');
    });

    it('without a change that is later than the commit which is under way', async () => {
      for (let number = 30_000; number < 80_000; number++) shelf.put(`sku-${number}`, { units: number });
      model.spill(7);
      for (let number = 10_000; number < 20_000; number++) shelf.put(`sku-${number}`, { units: -1 });
      await model.prepareLists();
      expect(model.changedRows).toBeLessThanOrEqual(2_000);
      reopen();
      expect(model.openedAt).toBe(7);
      expect(shelf.count()).toBe(70_000);
      expect(shelf.get('sku-10000')).toEqual({ units: 10_000 });
    });
  });

  describe('hashes its file', () => {
    beforeEach(() => {
      for (let number = 0; number < 2_000; number++) shelf.put(`sku-${number}`, { units: number });
      model.commit(7);
    });
    const change = (units: number): void => {
      shelf.put('sku-1999', { units });
      shelf.delete('sku-0');
    };

    it('as of its newest commit, while rows change', async () => {
      const expected = model.hash();
      change(-1);
      const stored = model.hashStored();
      model.commit(8);
      change(-2);
      model.commit(9);
      expect(stored.position).toBe(7);
      expect(await stored.hash).toBe(expected);
      const { position, hash } = model.hashStored();
      expect(position).toBe(9);
      expect(await hash).toBe(model.hash());
      expect(await hash).not.toBe(expected);
    });

    it('a little in each turn', async () => {
      expect(await turnsDuring(model.hashStored().hash)).toBeGreaterThan(5);
    });

    it('no further where it is closed', async () => {
      const { hash } = model.hashStored();
      model.close();
      await expect(hash).rejects.toThrow('is closed');
      open();
    });
  });

  it('keeps its files to their owner', () => {
    expect(statSync(join(directory, 'read-models')).mode & 0o777).toBe(0o700);
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(file + suffix).mode & 0o777).toBe(0o600);
  });

  it('is new in memory each time', () => {
    const memory = SqliteReadModel.open({ file: IN_MEMORY });
    const inMemory = memory.shelf<Stock>(stocks);
    inMemory.put('mug', { units: 1, category: 'cups' });
    memory.commit(3);

    expect(memory.openedAt).toBe(0);
    expect(inMemory.byIndex('category', { equals: 'cups', limit: 1 })).toHaveLength(1);
    memory.close();
  });

  describe('is made anew', () => {
    const commitOne = (): void => {
      shelf.put('mug', { units: 1 });
      model.commit(7);
      model.close();
    };
    afterEach(() => {
      expect(model.openedAt).toBe(0);
      expect(shelf.count()).toBe(0);
      shelf.put('cup', { units: 1, category: 'a' });
      model.commit(2);
      reopen();
      expect(model.openedAt).toBe(2);
      expect(shelf.byIndex('category', { equals: 'a', limit: 5 })).toHaveLength(1);
    });

    it('when a shelf has another version', () => {
      commitOne();
      model = SqliteReadModel.open({ file });
      const other = model.shelf<Stock>({ name: 'others', version: 1 });
      model.shelf<Stock>({ ...stocks, version: 2 });
      expect(model.openedAt).toBe(0);
      expect(other.count()).toBe(0);
      reopen();
    });

    it('when a shelf has other indexes', () => {
      commitOne();
      model = SqliteReadModel.open({ file });
      model.shelf<Stock>({ name: 'stocks', version: 1 });
      reopen();
    });

    it('when a shelf is new to it', () => {
      commitOne();
      model = SqliteReadModel.open({ file });
      shelf = model.shelf<Stock>(stocks);
      model.shelf<Stock>({ name: 'others', version: 1 });
      model.commit(0);
      reopen();
    });

    it('when it is not a database', () => {
      commitOne();
      writeFileSync(file, 'Once upon a time '.repeat(1_000));
      open();
    });

    it('when its first page is damaged', () => {
      commitOne();
      const bytes = readFileSync(file);
      bytes.fill(0xff, 100, 4_000);
      writeFileSync(file, bytes);
      open();
    });
  });

  it('forgets a shelf that nobody declares any more', () => {
    const others = { name: 'others', version: 1 };
    model.close();
    model = SqliteReadModel.open({ file });
    shelf = model.shelf<Stock>(stocks);
    model.shelf<Stock>(others).put('old', { units: 1 });
    shelf.put('mug', { units: 1 });
    model.commit(3);
    reopen();
    expect(shelf.count()).toBe(1);
    model.commit(4);
    model.close();

    model = SqliteReadModel.open({ file });
    shelf = model.shelf<Stock>(stocks);
    expect(model.shelf<Stock>(others).count()).toBe(0);
    expect(model.openedAt).toBe(0);
  });

  it('pages through an index whose values are equal', () => {
    for (let number = 0; number < 10; number++) shelf.put(`sku-${number}`, { units: number % 2 });
    const seen: string[] = [];
    let after: { value: string | number; key: string } | undefined;
    for (let pages = 0; pages < 10; pages++) {
      const page = shelf.byIndex('units', { limit: 3, ...(after && { after }) });
      seen.push(...page.map(({ key, value }) => `${value}/${key}`));
      const last = page.at(-1);
      after = last && { value: last.value, key: last.key };
      if (!after) break;
    }

    expect(seen).toHaveLength(10);
    expect(seen).toEqual([...seen].sort());
  });

  it('tells once that it cannot go on, and serves nothing from then on', () => {
    const told: unknown[] = [];
    const failing = SqliteReadModel.open({
      file: join(directory, 'failing.db'),
      onFatal: (cause) => told.push(cause),
    });
    const rows = failing.shelf<Stock>(stocks);
    rows.put('mug', { units: 1 });
    failing.commit(1);
    expect(told).toEqual([]);
    const other = new DatabaseSync(join(directory, 'failing.db'));
    for (const { name } of other.prepare("SELECT name FROM sqlite_master WHERE sql LIKE '%row TEXT%'").all())
      other.exec(`DROP TABLE ${String(name)}`);
    other.close();
    for (let time = 0; time < 2; time++) expect(() => rows.get('cup')).toThrow(ReadModelFailed);
    expect(() => failing.commit(2)).toThrow(ReadModelFailed);
    expect(told).toEqual([expect.any(ReadModelFailed)]);
    failing.close();
    expect(existsSync(join(directory, 'failing.db'))).toBe(true); // It is not damaged: somebody may want to know.
  });

  it('throws away a file that turns out to be damaged: the next opening makes it anew', () => {
    for (let number = 0; number < 100; number++) shelf.put(`sku-${number}`, { units: number });
    model.commit(7);
    model.close();
    const other = new DatabaseSync(file);
    const [table] = other.prepare("SELECT rootpage FROM sqlite_master WHERE sql LIKE '%row TEXT%'").all();
    const pageBytes = Number(other.prepare('PRAGMA page_size').get()?.['page_size']);
    other.close();
    const bytes = readFileSync(file);
    const start = (Number(table!['rootpage']) - 1) * pageBytes;
    writeFileSync(file, bytes.fill(0xff, start, start + pageBytes));
    open();
    expect(model.openedAt).toBe(7);
    expect(() => shelf.get('sku-1')).toThrow(ReadModelFailed);
    expect(existsSync(file)).toBe(false);
    reopen();
    expect([model.openedAt, shelf.get('sku-1')]).toEqual([0, undefined]);
  });

  it('refuses a shelf that comes late, and one that is declared twice', () => {
    expect(() => model.shelf(stocks)).toThrow('Bug:');
    shelf.get('mug');
    expect(() => model.shelf({ name: 'late', version: 1 })).toThrow('Bug:');
  });
});

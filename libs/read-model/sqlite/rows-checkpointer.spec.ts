import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { until } from '../../kernel/testing/until.ts';
import { RowsCheckpointer, type WalLimits } from './rows-checkpointer.ts';
import { RowsFile } from './rows-file.ts';

const LIMITS: WalLimits = { carriedFrom: 10, wantedMax: 50, max: 100, leftMax: 30 };
/** A row of them is a page. */
const PAGE = new Uint8Array(4_000);

let folder: string;
let database: DatabaseSync;
let file: string;
let checkpointer: RowsCheckpointer;
const failures: unknown[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onhand-checkpointer-'));
  file = join(folder, 'picture.db');
  ({ database } = RowsFile.open(file));
  database.exec('CREATE TABLE pages (page BLOB NOT NULL)');
  checkpointer = open();
});

const open = (limits: Partial<WalLimits> = {}): RowsCheckpointer =>
  new RowsCheckpointer(file, database, (failure) => failures.push(failure), { ...LIMITS, ...limits });

afterEach(() => {
  checkpointer.close();
  database.close();
  rmSync(folder, { recursive: true, force: true });
  expect(failures).toEqual([]);
});

function write(pages: number): void {
  database.exec('BEGIN IMMEDIATE');
  const insert = database.prepare('INSERT INTO pages VALUES (?)');
  for (let page = 0; page < pages; page++) insert.run(PAGE);
}

function commit(): void {
  database.exec('COMMIT');
  checkpointer.committed();
}

/** Pages of the write-ahead log, and how many of them are not in the file yet. */
function log(): { readonly pages: number; readonly left: number } {
  const state = database.prepare('PRAGMA wal_checkpoint(NOOP)').get();
  const pages = Number(state?.['log']);
  return { pages, left: pages - Number(state?.['checkpointed']) };
}

const carriedOver = (): Promise<void> => until(() => !checkpointer.isWaiting, 'all of the log in the file');

describe('a write-ahead log that is long', () => {
  it('is not waited for after a change of very many rows: it is carried over beside', async () => {
    write(300);
    commit();
    expect(log().left).toBeGreaterThan(LIMITS.leftMax);
    expect(checkpointer.isOverdue).toBe(true);
    await carriedOver();
    expect(log().left).toBe(0);
  });

  it('begins anew, though somebody writes each time before all of it is carried over', async () => {
    write(300);
    commit();
    write(5);
    await carriedOver();
    commit();
    expect(checkpointer.isOverdue).toBe(false);
    write(1);
    commit();
    expect(log().pages).toBeLessThan(LIMITS.max);
  });

  it('is waited for after a while where nothing is carried over in time', () => {
    checkpointer = open({ carriedFrom: Infinity });
    const pages: number[] = [];
    for (let round = 0; round < 12; round++) {
      write(60);
      commit();
      pages.push(log().pages);
    }
    expect(Math.max(...pages)).toBeLessThan(12 * 60);
  });
});

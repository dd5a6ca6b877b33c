import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ReadModelFailed } from '../src/index.ts';
import { isWantOfDescriptors } from './sqlite-error.ts';

/** Increased when the layout below changes: files of another version are made anew. */
const LAYOUT_VERSION = 1;
/** "OnHr": tells our files from other people's. */
const APPLICATION_ID = 0x4f6e4872;
/** Small, so that a commit has little left to write; the operating system caches the file anyway. */
const CACHE_KIB = 8 * 1024;
/** More than it grows to, for shortening it takes 50 ms, and it would grow again at once. */
const WAL_KEPT_BYTES_MAX = 256 * 1024 * 1024;
const BUSY_TIMEOUT_MS = 5_000;

export const IN_MEMORY = ':memory:';

/** A shelf in the file. */
interface StoredShelf {
  /** Its version and its indexes. If they differ, the shelf in the file cannot be used. */
  readonly signature: string;
  readonly tableName: string;
  readonly count: number;
}

/**
 * The file of a read model: its shelves, their versions, and its log position. Commits are not durable at once
 * (`synchronous=NORMAL`): after a power loss the file may be an older picture, but a whole one.
 */
export class RowsFile {
  readonly database: DatabaseSync;
  readonly #selectShelf: StatementSync;
  readonly #upsertShelf: StatementSync;
  readonly #updatePosition: StatementSync;

  private constructor(database: DatabaseSync) {
    this.database = database;
    this.#selectShelf = database.prepare('SELECT id, signature, count FROM shelves WHERE name = ?');
    this.#upsertShelf = database.prepare(`
      INSERT INTO shelves (name, signature, count) VALUES (?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET signature = excluded.signature, count = excluded.count`);
    this.#updatePosition = database.prepare('UPDATE picture SET position = ?');
  }

  /**
   * Discards a file that cannot be used: everything in it is in the log. But if no file at all could be opened it may be
   * sound, and is kept. Throws ReadModelFailed.
   */
  static open(file: string): RowsFile {
    try {
      return new RowsFile(connect(file));
    } catch (cause) {
      if (file === IN_MEMORY) throw cause;
      if (isWantOfDescriptors(cause)) {
        const { message } = cause as Error;
        throw new ReadModelFailed(
          `${file} cannot be opened: ${message}. Nothing is lost: raise the limit of open files (ulimit -n) if that is the cause, and start again.`,
          { cause },
        );
      }
      discard(file);
      return new RowsFile(connect(file));
    }
  }

  /** The log position of the file. */
  get position(): number {
    return Number(this.database.prepare('SELECT position FROM picture').get()?.['position'] ?? 0);
  }

  set position(position: number) {
    this.#updatePosition.run(position);
  }

  shelf(name: string): StoredShelf | undefined {
    const row = this.#selectShelf.get(name);
    return (
      row && {
        signature: String(row['signature']),
        tableName: `shelf_${Number(row['id'])}`,
        count: Number(row['count']),
      }
    );
  }

  /** The shelf of this name and signature. One of another signature is replaced. */
  makeShelf(name: string, signature: string): StoredShelf {
    const before = this.shelf(name);
    if (before?.signature === signature) return before;
    if (before !== undefined) this.#dropShelf(name, before);
    this.saveShelf(name, signature, 0);
    return this.shelf(name)!;
  }

  saveShelf(name: string, signature: string, count: number): void {
    this.#upsertShelf.run(name, signature, count);
  }

  dropShelvesBut(names: readonly string[]): void {
    for (const { name } of this.database.prepare('SELECT name FROM shelves').all()) {
      if (names.includes(String(name))) continue;
      this.#dropShelf(String(name), this.shelf(String(name))!);
    }
  }

  /** Empties every shelf, and sets the position to 0. */
  empty(): void {
    this.database.exec('BEGIN IMMEDIATE');
    for (const { name } of this.database.prepare('SELECT name FROM shelves').all()) {
      this.database.exec(`DELETE FROM ${this.shelf(String(name))!.tableName}`);
    }
    this.database.exec('UPDATE shelves SET count = 0');
    this.position = 0;
    this.database.exec('COMMIT');
  }

  #dropShelf(name: string, { tableName }: StoredShelf): void {
    this.database.exec(`DROP TABLE IF EXISTS ${tableName}`);
    this.database.prepare('DELETE FROM shelves WHERE name = ?').run(name);
  }
}

/** Removes the file, and those that SQLite keeps beside it. */
export function discard(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
}

function connect(file: string): DatabaseSync {
  if (file !== IN_MEMORY) {
    const folder = dirname(file);
    // Its own only: Node's `recursive` may try for ever, and the data directory is there before a picture is opened.
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    closeSync(openSync(file, 'a', 0o600));
  }
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA journal_size_limit = ${WAL_KEPT_BYTES_MAX};
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA temp_store = MEMORY;
      PRAGMA trusted_schema = OFF;
    `);
    createLayout(database);
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

function createLayout(database: DatabaseSync): void {
  const pragma = (name: string): unknown => database.prepare(`PRAGMA ${name}`).get()?.[name];
  if (pragma('application_id') === APPLICATION_ID && pragma('user_version') === LAYOUT_VERSION) return;
  if (pragma('schema_version') !== 0) throw new Error('Not a read model of this layout.');
  database.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE picture (position INTEGER NOT NULL) STRICT;
    INSERT INTO picture VALUES (0);
    CREATE TABLE shelves (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      signature TEXT NOT NULL,
      count INTEGER NOT NULL
    ) STRICT;
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${LAYOUT_VERSION};
    COMMIT;
  `);
}

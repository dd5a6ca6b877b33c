import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileErrorWords } from './file-error.ts';
import { assertReadable, createSchema } from './schema.ts';
import { isSqliteError, SQLITE_NOTADB } from './sqlite-error.ts';
import { DataFileUnusable, TAKE_A_BACKUP } from './sqlite-event-store.faults.ts';

/** Older versions can corrupt a WAL that several connections share (https://www.sqlite.org/wal.html#walresetbug). */
const SQLITE_VERSION_MIN = [3, 51, 3] as const;
/** How long a connection waits for another one's lock: only checkpoints ever hold one, and briefly. */
const BUSY_TIMEOUT_MS = 5_000;
/**
 * How much of the disk a write-ahead log may keep after it was carried over, until it is idle. More than it grows to, for
 * shortening it takes 50 ms, and it would grow again at once.
 */
const WAL_KEPT_BYTES_MAX = 256 * 1024 * 1024;
const WRITER_CACHE_KIB = 32 * 1024;
const READER_CACHE_KIB = 8 * 1024;

/** Opens the one connection that writes. Makes the file and its schema if there is none. */
export function openWriter(file: string): DatabaseSync {
  assertSqliteVersion(process.versions.sqlite ?? '0');
  makeFile(file);
  const database = connect(file, WRITER_CACHE_KIB);
  try {
    createSchema(database, file);
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/** Makes the file with its mode: SQLite gives its -wal and -shm files the same one. */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch (cause) {
    const why = fileErrorWords(cause);
    throw why === undefined ? cause : new DataFileUnusable(file, why, { cause });
  }
}

/** Opens an existing file for reading pages, or for chores beside the writer. */
export function openReader(file: string): DatabaseSync {
  const database = connect(file, READER_CACHE_KIB);
  try {
    assertReadable(database, file);
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/** Every connection sets FULL itself: the default of a build may be NORMAL, which loses acknowledged commits. */
function connect(file: string, cacheKib: number): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec(`
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA journal_size_limit = ${WAL_KEPT_BYTES_MAX};
      PRAGMA cache_size = -${cacheKib};
      PRAGMA temp_store = MEMORY;
      PRAGMA trusted_schema = OFF;
    `);
    return database;
  } catch (cause) {
    database.close();
    if (!isSqliteError(cause, SQLITE_NOTADB)) throw cause;
    throw new DataFileUnusable(file, `it is not a database, or is damaged: ${TAKE_A_BACKUP}`, { cause });
  }
}

export function assertSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [index, least] of SQLITE_VERSION_MIN.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (part < least)
      throw new DataFileUnusable(
        'SQLite',
        `its version is ${version}, but ${SQLITE_VERSION_MIN.join('.')} or later is needed: use a newer Node.js`,
      );
  }
}

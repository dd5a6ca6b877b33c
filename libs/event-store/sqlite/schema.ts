import type { DatabaseSync } from 'node:sqlite';
import { isSqliteError, SQLITE_CONSTRAINT, SQLITE_ERROR } from './sqlite-error.ts';
import { DataFileUnusable, TAKE_A_BACKUP } from './sqlite-event-store.faults.ts';

const SCHEMA_VERSION = 2;
/** Events of this version have no checksum. */
const FIRST_VERSION = 1;
/** "OnHa": tells our files from other people's. */
const APPLICATION_ID = 0x4f6e4861;
/** 1.3 times the append rate of 4 KiB pages, with events of a few hundred bytes. */
export const PAGE_BYTES = 16_384;

/**
 * The names of streams and types are stored once; events have their numbers: a third faster to append than text. An event's
 * position is its rowid, so the log itself is in commit order on disk. `stream_events` has all events up to the position
 * `settled.through`, and perhaps some after it. Events that the first version wrote have no checksum.
 */
const TABLES = `
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
    data TEXT NOT NULL,
    checksum INTEGER
  ) STRICT;
  CREATE TABLE stream_events (
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (stream, revision)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE settled (through INTEGER NOT NULL) STRICT;
  INSERT INTO settled VALUES (0);
  CREATE TABLE stream_names_fresh (name TEXT PRIMARY KEY, stream INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE stream_names_settled (name TEXT PRIMARY KEY, stream INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE VIEW log AS
    SELECT position, streams.name AS stream, revision, types.name AS type, recorded_at, data, hex(events.id) AS id
    FROM events JOIN streams ON streams.id = events.stream JOIN types ON types.id = events.type;
`;

/** An index that only logs of before 0.1.0 have. Their layout was another one, under the same version number. */
const UNRELEASED_INDEX = 'stream_events_fresh';

/** Makes the tables in an empty file, and updates older ones to this version. Throws if the file is not ours. */
export function createSchema(database: DatabaseSync, file: string): void {
  assertReleased(database, file);
  const version = pragma(database, 'user_version');
  const isOurs = pragma(database, 'application_id') === APPLICATION_ID;
  if (version === SCHEMA_VERSION && isOurs) return;
  if (version === FIRST_VERSION && isOurs) return addChecksums(database, file);
  assertNotLater(database, file);
  if (pragma(database, 'schema_version') !== 0)
    throw new DataFileUnusable(file, 'it is not an OnHand event log');
  database.exec(`
    PRAGMA page_size = ${PAGE_BYTES};
    PRAGMA journal_mode = WAL;
    BEGIN IMMEDIATE;
    ${TABLES}
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT;
  `);
}

/** SQLite reads the whole table for this, but writes none of its rows. It refuses if a value is of a wrong type. */
function addChecksums(database: DatabaseSync, file: string): void {
  try {
    database.exec(`
      BEGIN IMMEDIATE;
      ALTER TABLE events ADD COLUMN checksum INTEGER;
      PRAGMA user_version = ${SCHEMA_VERSION};
      COMMIT;
    `);
  } catch (cause) {
    if (!isSqliteError(cause, SQLITE_ERROR) && !isSqliteError(cause, SQLITE_CONSTRAINT)) throw cause;
    const why = `it is damaged (${(cause as Error).message}): ${TAKE_A_BACKUP}`;
    throw new DataFileUnusable(file, why, { cause });
  }
}

/** For reading, a log of an older version is used as it is. */
export function assertReadable(database: DatabaseSync, file: string): void {
  assertReleased(database, file);
  assertNotLater(database, file);
  if (pragma(database, 'user_version') < FIRST_VERSION)
    throw new DataFileUnusable(file, 'it has no event log');
}

export const hasChecksums = (database: DatabaseSync): boolean =>
  pragma(database, 'user_version') > FIRST_VERSION;

/** Before anything is changed in the file: the version that wrote it must be able to read it as before. */
function assertReleased(database: DatabaseSync, file: string): void {
  const found = database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(UNRELEASED_INDEX);
  if (found === undefined) return;
  throw new DataFileUnusable(
    file,
    'it was written by a development version from before OnHand 0.1.0, in a layout that no release reads. Use that version',
  );
}

function assertNotLater(database: DatabaseSync, file: string): void {
  const version = pragma(database, 'user_version');
  if (version <= SCHEMA_VERSION) return;
  throw new DataFileUnusable(
    file,
    `it was written by a later version of OnHand (schema ${version}; this one knows ${SCHEMA_VERSION}). Use that version`,
  );
}

const pragma = (database: DatabaseSync, name: string): number =>
  Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);

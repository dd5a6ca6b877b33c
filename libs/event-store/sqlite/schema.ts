import type { DatabaseSync } from 'node:sqlite';
import { type LaggingIndexDefinition, laggingIndexTables } from './lagging-index.ts';
import { DataFileUnusable } from './sqlite-event-store.faults.ts';

export const SCHEMA_VERSION = 1;
/** "OnHa": tells our files from other people's. */
const APPLICATION_ID = 0x4f6e4861;
/** 1.3 times the append rate of 4 KiB pages, with events of a few hundred bytes. */
export const PAGE_BYTES = 16_384;

/** Where a stream's events are. */
export const STREAM_EVENTS = {
  name: 'stream_events',
  keys: [
    { name: 'stream', type: 'INTEGER' },
    { name: 'revision', type: 'INTEGER' },
  ],
  value: 'position',
} as const satisfies LaggingIndexDefinition;

/** Which stream has a name. */
export const STREAM_NAMES = {
  name: 'stream_names',
  keys: [{ name: 'name', type: 'TEXT' }],
  value: 'stream',
} as const satisfies LaggingIndexDefinition;

/**
 * Streams and types are named once and are integers from then on: a third faster to append than text.
 * An event's position is its rowid, so the log itself is in commit order on disk.
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
    data TEXT NOT NULL
  ) STRICT;
  ${laggingIndexTables(STREAM_EVENTS)}
  ${laggingIndexTables(STREAM_NAMES)}
  CREATE VIEW log AS
    SELECT position, streams.name AS stream, revision, types.name AS type, recorded_at, data, hex(events.id) AS id
    FROM events JOIN streams ON streams.id = events.stream JOIN types ON types.id = events.type;
`;

/** The stream whose name is the first parameter. */
export const FIND_STREAM = `
  SELECT stream FROM stream_names_fresh WHERE name = ?1
  UNION ALL SELECT stream FROM stream_names_settled WHERE name = ?1 LIMIT 1`;

/** Makes the tables in an empty file; in any other, checks that they are ours and of this version. */
export function createSchema(database: DatabaseSync, file: string): void {
  const version = pragma(database, 'user_version');
  if (version === SCHEMA_VERSION && pragma(database, 'application_id') === APPLICATION_ID) return;
  if (version > SCHEMA_VERSION) {
    throw new DataFileUnusable(file, `a later OnHand wrote it (schema ${version}, here ${SCHEMA_VERSION})`);
  }
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

const pragma = (database: DatabaseSync, name: string): number =>
  Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);

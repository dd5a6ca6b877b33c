import type { DatabaseSync, StatementSync } from 'node:sqlite';

export type Statements = Readonly<
  Record<
    | 'begin'
    | 'commit'
    | 'insertType'
    | 'selectTypes'
    | 'selectNewest'
    | 'selectLastStream'
    | 'selectSettled'
    | 'selectHead'
    | 'selectPlace'
    | 'selectEvent',
    StatementSync
  >
>;

/** The statements of the log's writer. */
export function prepareStatements(database: DatabaseSync): Statements {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    begin: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    insertType: prepare('INSERT INTO types (name) VALUES (?)'),
    selectTypes: prepare('SELECT id, name FROM types'),
    selectNewest: prepare('SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1'),
    selectLastStream: prepare('SELECT max(id) AS id FROM streams'),
    selectSettled: prepare('SELECT through FROM settled'),
    selectHead: prepare('SELECT max(revision) AS revision FROM stream_events WHERE stream = ?'),
    selectPlace: prepare('SELECT position FROM stream_events WHERE stream = ? AND revision = ?'),
    selectEvent: prepare('SELECT id, position, recorded_at FROM events WHERE position = ?'),
  };
}

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { checksumOf, seedOf, sumOfIdDigits, sumOfName } from './event-checksum.ts';
import { hasChecksums } from './schema.ts';
import { isSafe } from './stored-events.ts';

/** Problems listed of each kind. */
const PROBLEMS_MAX = 100;

/** Events in the index, and those that it need not have yet. */
const STREAM_EVENTS = `
  SELECT stream, revision FROM stream_events WHERE position <= (SELECT through FROM settled)
  UNION ALL SELECT stream, revision FROM events WHERE position > (SELECT through FROM settled)`;

interface Question {
  readonly problem: string;
  readonly sql: string;
}

/** Each query returns a row for each problem; in a sound log it returns none. */
const QUESTIONS: readonly Question[] = [
  {
    problem: 'a stream whose revisions have a gap',
    sql: `SELECT coalesce(streams.name, wrong.stream) AS what FROM (
        SELECT stream FROM (${STREAM_EVENTS})
        GROUP BY stream HAVING min(revision) <> 0 OR max(revision) <> count(*) - 1 OR count(DISTINCT revision) <> count(*)
      ) AS wrong LEFT JOIN streams ON streams.id = wrong.stream`,
  },
  {
    problem: 'an event missing from the index of its stream',
    sql: `SELECT events.position AS what FROM events LEFT JOIN stream_events AS entry USING (stream, revision)
      WHERE events.position <= (SELECT through FROM settled) AND entry.position IS NOT events.position`,
  },
  {
    problem: 'an index entry that leads to another event',
    sql: `SELECT entry.position AS what FROM stream_events AS entry LEFT JOIN events ON events.position = entry.position
      WHERE events.stream IS NOT entry.stream OR events.revision IS NOT entry.revision`,
  },
  {
    problem: 'a stream whose name leads to another stream',
    sql: `SELECT streams.name AS what FROM streams
      LEFT JOIN stream_names_settled AS settled ON settled.name = streams.name
      LEFT JOIN stream_names_fresh AS fresh ON fresh.name = streams.name
      WHERE coalesce(settled.stream, fresh.stream) IS NOT streams.id`,
  },
  {
    problem: 'a stream with another category than its name has',
    sql: `SELECT name AS what FROM streams
      WHERE category <> CASE instr(name, '-') WHEN 0 THEN name ELSE substr(name, 1, instr(name, '-') - 1) END`,
  },
  {
    problem: 'an event whose stream or type has no name',
    sql: `SELECT events.position AS what FROM events
      LEFT JOIN streams ON streams.id = events.stream LEFT JOIN types ON types.id = events.type
      WHERE streams.name IS NULL OR types.name IS NULL`,
  },
  {
    problem: 'an event with a position below 1, an id of another length, or data that is not an object',
    sql: `SELECT position AS what FROM events WHERE position < 1 OR length(id) <> 16
        OR CASE WHEN json_valid(data) THEN json_type(data) <> 'object' ELSE TRUE END`,
  },
  {
    problem: 'an event recorded before the one before it',
    sql: `SELECT position AS what FROM (
        SELECT position, recorded_at, lag(recorded_at) OVER (ORDER BY position) AS before FROM events
      ) WHERE recorded_at < before`,
  },
];

/** Not for a log of the first version, which has no checksums. Numbers too large for the function were never written. */
const CHECKSUMS: Question = {
  problem: 'an event that has changed since it was written',
  sql: `SELECT position AS what FROM events
    JOIN streams ON streams.id = events.stream JOIN types ON types.id = events.type
    WHERE checksum IS NOT NULL AND CASE
      WHEN ${['position', 'revision', 'recorded_at'].map(isSafe).join(' AND ')}
      THEN checksum <> event_checksum(
        position, revision, lower(hex(events.id)), recorded_at, data, streams.name, types.name)
      ELSE TRUE END`,
};

/** What is wrong with the file, in words; empty if it is sound. Reads all of it. */
export function findProblems(database: DatabaseSync): string[] {
  const problems: string[] = [];
  for (const row of database.prepare(`PRAGMA quick_check(${PROBLEMS_MAX})`).all()) {
    const [answer] = Object.values(row);
    if (answer !== 'ok') problems.push(`SQLite finds: ${String(answer)}`);
  }
  if (problems.length > 0) return problems; // Further queries of a damaged file would only throw.
  for (const question of QUESTIONS) problems.push(...answersTo(question, database));
  if (!hasChecksums(database)) return problems;
  database.function('event_checksum', { deterministic: true, varargs: true }, eventChecksum);
  return [...problems, ...answersTo(CHECKSUMS, database)];
}

/** Read as text, for a damaged number may be too large for JavaScript. */
const answersTo = ({ problem, sql }: Question, database: DatabaseSync): string[] =>
  database
    .prepare(`SELECT CAST(what AS TEXT) AS what FROM (${sql} LIMIT ${PROBLEMS_MAX})`)
    .all()
    .map(({ what }) => `${problem}: ${String(what)}`);

function eventChecksum(...row: SQLOutputValue[]): number {
  const [position, revision, id, recordedAt, data, stream, type] = row as [
    number,
    number,
    string,
    number,
    string,
    string,
    string,
  ];
  const seed = seedOf(sumOfName(stream), sumOfName(type), sumOfIdDigits(id), recordedAt);
  return checksumOf(seed, position, revision, data);
}

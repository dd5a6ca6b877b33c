import type { DatabaseSync } from 'node:sqlite';
import { checksumOf, seedOf, sumOfIdDigits, sumOfName } from './event-checksum.ts';
import { hasChecksums } from './schema.ts';
import { isSafe } from './stored-events.ts';

/** Problems listed of each kind. */
const PROBLEMS_MAX = 100;

/** Told of the checks of a file how many are done, and of how many. */
export type OnChecked = (checks: { readonly done: number; readonly of: number }) => void;

interface Question {
  readonly problem: string;
  readonly sql: string;
}

/**
 * An entry of the index whose stream has none before it. Found entry by entry: to group all of them would keep the whole
 * index in memory. That none is there twice, SQLite's own check sees.
 */
const GAPS_IN_INDEX = `
  SELECT entry.stream FROM stream_events AS entry
  LEFT JOIN stream_events AS before ON before.stream = entry.stream AND before.revision = entry.revision - 1
  WHERE entry.position <= (SELECT through FROM settled) AND entry.revision <> 0
    AND (before.position IS NULL OR before.position > (SELECT through FROM settled))`;

/** Events that the index need not have yet, which are few: they go on where their stream ends in it. */
const GAPS_BEHIND_INDEX = `
  SELECT fresh.stream FROM events AS fresh WHERE fresh.position > (SELECT through FROM settled)
  GROUP BY fresh.stream
  HAVING count(DISTINCT fresh.revision) <> count(*)
    OR max(fresh.revision) - min(fresh.revision) <> count(*) - 1
    OR min(fresh.revision) <> 1 + coalesce((
      SELECT max(entry.revision) FROM stream_events AS entry
      WHERE entry.stream = fresh.stream AND entry.position <= (SELECT through FROM settled)
    ), -1)`;

/** Each query returns a row for each problem; in a sound log it returns none. */
const QUESTIONS: readonly Question[] = [
  {
    problem: 'a stream whose revisions have a gap',
    sql: `SELECT coalesce(streams.name, wrong.stream) AS what FROM (
        ${GAPS_IN_INDEX} UNION ${GAPS_BEHIND_INDEX}
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

const SAFE = ['position', 'revision', 'recorded_at'].map(isSafe).join(' AND ');
const CHANGED = 'an event that has changed since it was written';
/** Numbers too large for the function were never written. */
const UNSAFE: Question = {
  problem: CHANGED,
  sql: `SELECT position AS what FROM events WHERE checksum IS NOT NULL AND NOT (${SAFE})`,
};
const SUMMED = `
  SELECT position, revision, lower(hex(events.id)), recorded_at, data, streams.name, types.name, CAST(checksum AS TEXT)
  FROM events JOIN streams ON streams.id = events.stream JOIN types ON types.id = events.type
  WHERE checksum IS NOT NULL AND ${SAFE} ORDER BY position`;

/** What is wrong with the file, in words; empty if it is sound. Reads all of it. */
export function findProblems(database: DatabaseSync, onChecked: OnChecked = () => {}): string[] {
  const checks = checksOf(database);
  const problems: string[] = [];
  for (const [done, check] of checks.entries()) {
    onChecked({ done, of: checks.length });
    problems.push(...check());
    if (done === 0 && problems.length > 0) return problems; // Further queries of a damaged file would only throw.
  }
  onChecked({ done: checks.length, of: checks.length });
  return problems;
}

/** SQLite's own comes first. A log of the first version has no checksums. */
const checksOf = (database: DatabaseSync): readonly (() => string[])[] => [
  () => pagesDamaged(database),
  ...QUESTIONS.map((question) => () => answersTo(question, database)),
  ...(hasChecksums(database) ? [() => changedEvents(database)] : []),
];

const pagesDamaged = (database: DatabaseSync): string[] =>
  database
    .prepare(`PRAGMA quick_check(${PROBLEMS_MAX})`)
    .all()
    .map((row) => String(Object.values(row)[0]))
    .filter((answer) => answer !== 'ok')
    .map((answer) => `SQLite finds: ${answer}`);

/** Read as text, for a damaged number may be too large for JavaScript. */
const answersTo = ({ problem, sql }: Question, database: DatabaseSync): string[] =>
  database
    .prepare(`SELECT CAST(what AS TEXT) AS what FROM (${sql} LIMIT ${PROBLEMS_MAX})`)
    .all()
    .map(({ what }) => `${problem}: ${String(what)}`);

/**
 * Row by row: a function of ours that SQLite calls would hold the data of every event in memory until the query ends.
 */
function changedEvents(database: DatabaseSync): string[] {
  const problems = answersTo(UNSAFE, database);
  const statement = database.prepare(SUMMED);
  statement.setReturnArrays(true);
  for (const row of statement.iterate() as Iterable<unknown>) {
    if (problems.length === PROBLEMS_MAX) break;
    const summed = row as SummedRow;
    if (!isAsWritten(summed)) problems.push(`${CHANGED}: ${summed[0]}`);
  }
  return problems;
}

type SummedRow = [
  position: number,
  revision: number,
  id: string,
  recordedAt: number,
  data: string,
  stream: string,
  type: string,
  checksum: string,
];

function isAsWritten([position, revision, id, recordedAt, data, stream, type, checksum]: SummedRow): boolean {
  const seed = seedOf(sumOfName(stream), sumOfName(type), sumOfIdDigits(id), recordedAt);
  return checksum === String(checksumOf(seed, position, revision, data));
}

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_STREAM } from '../src/index.ts';
import type { Batch } from './batch.ts';
import { openReader } from './connection.ts';
import { packEventId } from './event-id.ts';
import { findProblems } from './integrity.ts';
import { Log } from './log.ts';
import { LogReader } from './log-reader.ts';

/** One event for each stream named. */
function batchOf(streams: readonly string[], expectedRevisions: readonly number[], now = 1): Batch {
  const ids = new Uint8Array(16 * streams.length);
  for (const index of streams.keys()) packEventId(randomUUID(), ids, 16 * index);
  return {
    now,
    streams,
    expectedRevisions,
    eventCounts: streams.map(() => 1),
    ids,
    types: streams.map((_, index) => `Type${index % 3}`),
    data: streams.map((_, index) => JSON.stringify({ index })),
    bytes: 1,
  };
}

describe('Log', () => {
  let directory: string;
  let file: string;
  let log: Log;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'onhand-'));
    file = join(directory, 'events.db');
    log = new Log(file);
  });
  afterEach(() => {
    log.close();
    rmSync(directory, { recursive: true });
  });

  it('numbers events in the order of commits, over batches and restarts', () => {
    const [first, second] = log.write([batchOf(['a', 'b'], [-1, -1]), batchOf(['a', 'c'], [0, -1])]);
    log.close();
    log = new Log(file);
    const [third] = log.write([batchOf(['d'], [-1])]);

    expect(first).toMatchObject({ outcome: 'committed', appends: [1, 2], head: 2 });
    expect(second).toMatchObject({ appends: [3, 4], head: 4 });
    expect(third).toMatchObject({ appends: [5], head: 5 });
  });

  it('takes its time from the caller, but never lets it fall, not even over a restart', () => {
    const recordedAt = (now: number): unknown => {
      const [result] = log.write([batchOf([`s-${randomUUID()}`], [-1], now)]);
      return result?.outcome === 'committed' && result.recordedAt;
    };
    expect([recordedAt(500), recordedAt(400), recordedAt(700)]).toEqual([500, 500, 700]);
    log.close();
    log = new Log(file);
    expect(recordedAt(600)).toBe(700);
  });

  it('finds every event of 9,000 streams, those that the index has settled and those that it has not', () => {
    const streams = Array.from({ length: 9_000 }, () => `item-${randomUUID()}`);
    for (let revision = NO_STREAM; revision < 9; revision++) {
      for (let from = 0; from < streams.length; from += 1_000) {
        const some = streams.slice(from, from + 1_000);
        const [result] = log.write([batchOf(some, new Array<number>(some.length).fill(revision))]);
        expect(result).toMatchObject({ outcome: 'committed' });
        expect(result?.outcome === 'committed' && result.appends.every((a) => typeof a === 'number')).toBe(
          true,
        );
      }
    }
    log.close();
    log = new Log(file);

    const reader = new LogReader(file);
    const database = openReader(file);
    const entries = (tree: string): number =>
      Number(database.prepare(`SELECT count(*) AS entries FROM ${tree}`).get()?.['entries']);
    expect(entries('stream_events')).toBe(90_000);
    expect(entries('stream_names_fresh')).toBeGreaterThan(5_000);
    expect(entries('stream_names_settled')).toBeGreaterThan(500);
    for (const stream of streams.slice(0, 300)) {
      expect(reader.readStream(stream, 0, 500).map(({ revision }) => revision)).toEqual([
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
      ]);
      expect(reader.readStream(stream, 7, 2).map(({ revision }) => revision)).toEqual([7, 8]);
    }
    const [late] = log.write([batchOf(streams.slice(0, 3), [9, 8, -1])]);
    expect(late).toMatchObject({
      appends: [
        90_001,
        { outcome: 'conflict', actualRevision: 9 },
        { outcome: 'conflict', actualRevision: 9 },
      ],
    });
    expect(findProblems(database)).toEqual([]);
    database.close();
    reader.close();
  });

  it('syncs every commit: `synchronous` is FULL on each connection, also after a write', () => {
    log.write([batchOf(['a'], [-1])]);
    expect(log.pragma('synchronous')).toBe(2);
    expect(log.pragma('journal_mode')).toBe('wal');
    expect(log.pragma('page_size')).toBe(16_384);
    expect(log.pragma('wal_autocheckpoint')).toBe(0);
    const reader = openReader(file);
    reader.prepare('SELECT * FROM log').all();
    expect(reader.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    reader.close();
  });
});

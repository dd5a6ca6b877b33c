import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch } from './batch.ts';
import { openReader } from './connection.ts';
import { EVENT_ID_BYTES, packEventId } from './event-id.ts';
import { findProblems } from './integrity.ts';
import { Log } from './log.ts';

/** So many settle together. */
const GENERATION_EVENTS = 32_768;

/** So many events for each stream, behind those that it has. */
function batchOf(streams: readonly string[], events: number, revision = -1): Batch {
  const count = streams.length * events;
  const ids = new Uint8Array(EVENT_ID_BYTES * count);
  for (let event = 0; event < count; event++) packEventId(randomUUID(), ids, EVENT_ID_BYTES * event);
  return {
    ...{ now: 1, streams, ids, bytes: 1 },
    expectedRevisions: streams.map(() => revision),
    eventCounts: streams.map(() => events),
    types: new Array<string>(count).fill('Happened'),
    data: new Array<string>(count).fill('{}'),
  };
}

const named = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, number) => `item-${kind}-${number}`);

describe('the index of streams', () => {
  let directory: string;
  let log: Log;
  let reader: DatabaseSync;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'onhand-'));
    const file = join(directory, 'events.db');
    log = new Log(file);
    reader = openReader(file);
  });
  afterEach(() => {
    log.close();
    reader.close();
    rmSync(directory, { recursive: true });
  });

  const write = (batch: Batch): string | undefined => log.write([batch])[0]?.outcome;
  const settledThrough = (): number =>
    Number(reader.prepare('SELECT through FROM settled').get()?.['through']);

  it('follows the log while it grows, one whole generation after the other', () => {
    const streams = named('a', 512);
    const seen = new Set<number>();
    for (let revision = -1; log.head < 3 * GENERATION_EVENTS; revision += 4) {
      expect(write(batchOf(streams, 4, revision))).toBe('committed');
      expect(settledThrough()).toBeGreaterThan(log.head - 2 * GENERATION_EVENTS);
      seen.add(settledThrough());
    }
    expect([...seen]).toEqual([0, 1, 2].map((generation) => generation * GENERATION_EVENTS));
    expect(findProblems(reader)).toEqual([]);
  });

  it('has every event, wherever a commit ran out of room, and keeps nothing of that commit', () => {
    const streams = named('a'.repeat(100), 8_192); // With some more, names move on in the same commit.
    expect(write(batchOf(streams, 3))).toBe('committed');
    expect(write(batchOf(streams.slice(1), 1, 2))).toBe('committed');
    expect(log.head).toBe(GENERATION_EVENTS - 1); // The next commit begins to settle.
    const more = named('b'.repeat(100), 2_000);
    let refused = 0;
    for (let pages = Number(log.pragma('page_count')); ; pages++) {
      log.pragma(`max_page_count = ${pages}`);
      const [result, known] = log.write([batchOf(more, 1), batchOf(streams.slice(0, 1), 1, 2)]);
      if (known?.outcome === 'committed') {
        expect(known.appends).toEqual([log.head]); // No conflict with what came to nothing.
        break;
      }
      expect(result).toMatchObject({ outcome: 'refused', reason: 'full' });
      refused++;
    }
    expect(refused).toBeGreaterThan(20);
    log.pragma('max_page_count = 1000000');
    for (let revision = 0; log.head < 2 * GENERATION_EVENTS; revision++) {
      expect(write(batchOf(more, 1, revision))).toBe('committed');
    }
    expect(settledThrough()).toBe(GENERATION_EVENTS);
    expect(findProblems(reader)).toEqual([]);
  });
});

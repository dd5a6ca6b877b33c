import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { systemClock } from '#kernel';
import { NO_STREAM } from '../src/index.ts';
import { happened } from '../testing/index.ts';
import { SqliteEventStore } from './index.ts';

const STREAMS = 2_000;
const ROUNDS = 28;
const READS_PER_ROUND = 40;

/** What was appended, by stream: the ids in order. */
type Expected = Map<string, string[]>;

describe.each(['thread', 'inline'] as const)(
  'a log that grows past its generations, writing %s',
  (writer) => {
    let directory: string;
    let store: SqliteEventStore;
    const open = async (): Promise<void> => {
      store = await SqliteEventStore.open({ directory, clock: systemClock, writer });
    };

    beforeEach(async () => {
      directory = mkdtempSync(join(tmpdir(), 'onhand-'));
      await open();
    });
    afterEach(async () => {
      await store.close();
      rmSync(directory, { recursive: true });
    });

    /** One to three events more for every stream. */
    const grow = async (expected: Expected, round: number): Promise<void> => {
      const appends = Array.from({ length: STREAMS }, (_, number) => {
        const stream = `item-${number}`;
        const ids = expected.get(stream) ?? [];
        const events = Array.from({ length: 1 + ((number + round) % 3) }, () => happened());
        expected.set(stream, [...ids, ...events.map(({ id }) => id)]);
        return store.append(stream, ids.length + NO_STREAM, events);
      });
      for (const { outcome } of await Promise.all(appends)) expect(outcome).toBe('written');
    };

    const read = fc.record({
      stream: fc.integer({ min: 0, max: STREAMS + 5 }).map((number) => `item-${number}`),
      fromRevision: fc.integer({ min: 0, max: 100 }),
      limit: fc.integer({ min: 1, max: 60 }),
    });

    const expectReads = async (expected: Expected, seed: number): Promise<void> => {
      for (const { stream, fromRevision, limit } of fc.sample(read, { seed, numRuns: READS_PER_ROUND })) {
        const ids = (expected.get(stream) ?? []).slice(fromRevision, fromRevision + limit);
        const events = await store.readStream(stream, { fromRevision, limit });
        expect(events.map(({ id }) => id)).toEqual(ids);
        expect(events.map(({ revision }) => revision)).toEqual(ids.map((_, index) => fromRevision + index));
      }
    };

    it('finds every event of a stream, however much of it the index has settled', async () => {
      const expected: Expected = new Map();
      for (let round = 0; round < ROUNDS; round++) {
        await grow(expected, round);
        await expectReads(expected, round);
        if (round % 12 !== 7) continue;
        await store.close();
        await open();
        await expectReads(expected, -round);
      }

      expect(await store.head()).toBeGreaterThan(100_000);
      expect(await store.integrityCheck()).toEqual([]);
    }, 600_000);
  },
);

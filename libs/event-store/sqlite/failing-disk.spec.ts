import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#kernel';
import { itWith, OWN_DISK } from '../../../test/fixtures/needs.ts';
import { readToEnd } from '../testing/index.ts';
import { runChild } from './children/run-child.ts';
import { SqliteEventStore } from './index.ts';

const SMALL_DISK = 'mount -t tmpfs -o size=4m tmpfs "$1" && ';
/** No file may grow further than this, in blocks of 512 bytes: then a write fails, and not for lack of room. */
const SMALL_FILES = 'ulimit -f 1500 && ';

describe.each(['thread', 'inline'] as const)('a disk that fails, writing %s', (writer) => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'onhand-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  itWith(OWN_DISK)(
    'makes the store refuse appends while it is full; reads go on, and appends too once there is room',
    () => {
      const mounted =
        "exec unshare -rm sh -c '" + SMALL_DISK + 'exec "$NODE" --conditions=source "$CHILD" "$@"\' sh "$@";';
      const result = runChild('fill-disk', [directory, writer], mounted) as Record<string, unknown>;

      expect(result).toMatchObject({
        refusals: 2,
        refusedAgain: true,
        readWhenFull: 5,
        acceptedAfterwards: true,
        problems: [],
      });
      expect(result['appends']).toBeGreaterThan(50);
      expect(result['headWhenFull']).toBe(result['appends']);
      expect(result['headAtLast']).toBe(Number(result['appends']) + 2);
    },
  );

  it('stops the store for good when a write fails otherwise; the next process finds everything acknowledged', async () => {
    const result = runChild('fail-writing', [directory, writer], SMALL_FILES) as {
      acknowledged: string[];
      unknown: string;
      refused: boolean[];
      fatal: string[];
    };
    expect(result.refused).toEqual([true, true, true, true, true]);
    expect(result.fatal).toHaveLength(1);
    expect(result.acknowledged.length).toBeGreaterThan(5);

    const store = await SqliteEventStore.open({ directory, clock: systemClock, writer });
    const stored = (await store.readStream('item-1')).map(({ id }) => id);
    expect(stored.slice(0, result.acknowledged.length)).toEqual(result.acknowledged);
    const repeat = [{ id: result.unknown, type: 'Appended', data: {} }];
    expect(await store.append('item-1', result.acknowledged.length - 1, repeat)).toMatchObject({
      outcome: 'written',
    });
    const next = [{ id: randomUUID(), type: 'Appended', data: {} }];
    expect(await store.append('item-1', result.acknowledged.length, next)).toMatchObject({
      outcome: 'written',
    });
    expect(await readToEnd(store, { after: 0 })).toHaveLength(result.acknowledged.length + 2);
    expect(await store.integrityCheck()).toEqual([]);
    await store.close();
  });
});

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#kernel';
import { NO_STREAM } from '../src/index.ts';
import { SqliteEventStore } from './index.ts';

/** Far fewer bytes than begin a checkpoint, in many megabytes of write-ahead log. */
const SMALL_APPENDS_MAX = 2_000;

it('appends that never pause are carried into the file, however small they are', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'onhand-'));
  const store = await SqliteEventStore.open({ directory, clock: systemClock });
  const sizeOfFile = (): number => statSync(join(directory, 'events.db')).size;
  try {
    const before = sizeOfFile();
    for (let number = 0; number < SMALL_APPENDS_MAX && sizeOfFile() === before; number++) {
      await store.append(`item-${number}`, NO_STREAM, [{ id: randomUUID(), type: 'Told', data: {} }]);
    }
    expect(sizeOfFile()).toBeGreaterThan(before);
  } finally {
    await store.close();
    rmSync(directory, { recursive: true });
  }
}, 60_000);

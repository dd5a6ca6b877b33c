import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';
import { systemClock } from '#kernel';

/** A log of its own, gone afterwards. */
export async function withStore(test: (store: EventStore) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'onhand-intake-'));
  const store = await SqliteEventStore.open({ directory, clock: systemClock, writer: 'inline' });
  try {
    await test(store);
  } finally {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#kernel';
import { eventStoreContract, type StoreUnderTest } from '../testing/index.ts';
import { SqliteEventStore } from './index.ts';

const openIn = async (directory: string, writer: 'thread' | 'inline'): Promise<StoreUnderTest> => {
  const store = await SqliteEventStore.open({ directory, clock: systemClock, writer });
  return {
    store,
    reopen: async () => {
      await store.close();
      return openIn(directory, writer);
    },
    dispose: async () => {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
};

describe.each(['thread', 'inline'] as const)('SqliteEventStore, writing %s', (writer) => {
  eventStoreContract('SqliteEventStore', () => openIn(mkdtempSync(join(tmpdir(), 'onhand-')), writer));
});

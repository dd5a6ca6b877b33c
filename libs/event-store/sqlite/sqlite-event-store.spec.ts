import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#kernel';
import { NO_STREAM } from '../src/index.ts';
import { eventStoreContract, happened, newStream, type StoreUnderTest } from '../testing/index.ts';
import { COMMIT_EVENTS_MAX } from './batch.ts';
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

  it('writes many appends at once that are more than one commit carries', async () => {
    const underTest = await openIn(mkdtempSync(join(tmpdir(), 'onhand-')), writer);
    const { store } = underTest;
    const appends = Array.from({ length: COMMIT_EVENTS_MAX + 500 }, () => {
      return { stream: newStream('item'), expectedRevision: NO_STREAM, events: [happened()] };
    });
    const outcomes = await store.appendMany(appends);

    expect(outcomes).toEqual(
      appends.map((_, index) => expect.objectContaining({ outcome: 'written', positions: [index + 1] })),
    );
    const last = appends.at(-1)!;
    expect(await store.readStream(last.stream)).toMatchObject([{ id: last.events[0]!.id }]);
    await underTest.dispose();
  });
});

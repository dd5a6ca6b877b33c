/** Appends until a write fails for good, and prints what the store says then: `directory writer`. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '#kernel';
import { NO_STREAM, StoreUnavailable } from '#event-store';
import { SqliteEventStore } from '../index.ts';

const APPENDS_MAX = 10_000;

const [directory, writer] = process.argv.slice(2) as [string, 'thread' | 'inline'];
const fatal: string[] = [];
const onFatal = (cause: unknown): void => void fatal.push(String(cause));
const store = await SqliteEventStore.open({ directory, clock: systemClock, writer, onFatal });

const acknowledged: string[] = [];
let unknown: string | undefined;
for (let appends = 0; appends < APPENDS_MAX && unknown === undefined; appends++) {
  const id = randomUUID();
  const event = { id, type: 'Appended', data: { text: 'x'.repeat(4_000) } };
  const { outcome } = await store.append('item-1', acknowledged.length - 1, [event]);
  if (outcome === 'unknown') unknown = id;
  else acknowledged.push(id);
}

const refusedBy = async (call: () => Promise<unknown>): Promise<boolean> => {
  try {
    await call();
    return false;
  } catch (fault) {
    return fault instanceof StoreUnavailable;
  }
};
const event = { id: randomUUID(), type: 'Appended', data: {} };
const refused = [
  await refusedBy(() => store.append('item-2', NO_STREAM, [event])),
  await refusedBy(() => store.readAll({ after: 0 })),
  await refusedBy(() => store.readStream('item-1')),
  await refusedBy(() => store.head()),
  await refusedBy(async () => {
    for await (const page of store.subscribe({ after: 0 }, AbortSignal.timeout(5_000))) void page;
  }),
];
await store.close();
process.stdout.write(JSON.stringify({ acknowledged, unknown, refused, fatal }));

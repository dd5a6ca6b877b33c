import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { CatalogBook, CatalogDesk } from '#catalog';
import { EventStore, type NewEvent, NO_STREAM } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';
import type { Arrival, Message } from '#inventory';
import { Journal, JournalBook } from '#journal';
import { systemClock, UNIT } from '#kernel';
import { Projector } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';

/**
 * What the journal costs on top of the store: the same events appended as they are, and through `accept` in
 * batches of 1,000 new one-line sales. `node --conditions=source test/bench/journal.ts`
 */
const BATCH = 1_000;
const BATCHES = 60;
const ITEMS = 5_000;

const directory = await mkdtemp(join(tmpdir(), 'journal-bench-'));
const store = await SqliteEventStore.open({ directory, clock: systemClock, writer: 'inline' });
const readModel = SqliteReadModel.open({ file: IN_MEMORY });
const catalog = new CatalogBook(readModel);
const book = new JournalBook(readModel);
const desk = new CatalogDesk(store, catalog);
await desk.putLocation({ id: 'main', name: 'main', kind: 'store', active: true });
await desk.putChannel({
  id: 'pos',
  name: 'pos',
  kind: 'pos',
  locations: ['main'],
  lists: 'all',
  unknownItems: 'park',
});
await desk.ensureItems(Array.from({ length: ITEMS }, (_, index) => `SKU-${index}`));
await new Projector({ store, readModel, folds: [catalog, book] }).catchUp();

let next = 0;
function saleArrival(): Arrival {
  const number = next++;
  const message: Message = {
    source: 'pos',
    id: `sale-${number}`,
    type: 'sale.completed',
    occurredAt: Date.now(),
    sequence: number,
    data: {
      saleId: `sale-${number}`,
      location: 'main',
      lines: [{ line: '1', sku: `SKU-${number % ITEMS}`, quantity: UNIT }],
    },
  };
  return { message, raw: new Uint8Array(0) };
}

/** Microseconds of processor time a message: of the fastest tenth of the batches, for others work here too. */
async function measure(work: (batch: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = process.cpuUsage();
    await work(batch);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / BATCH);
  }
  return times.sort((a, b) => a - b)[Math.floor(BATCHES / 10)]!;
}

/** Remembers what was appended, and answers at once. */
class Nowhere extends EventStore {
  readonly appends: [string, NewEvent][][] = [];
  override append(stream: string, _revision: number, events: readonly NewEvent[]) {
    this.appends.at(-1)?.push([stream, events[0]!]);
    return Promise.resolve({ outcome: 'written', revision: 0, positions: [1], recordedAt: 1 } as const);
  }
  override readStream = () => Promise.resolve([]);
  override readAll = () => Promise.resolve({ events: [], position: 0 });
  override subscribe = () => ({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: true as const, value: undefined }),
    }),
  });
  override head = () => Promise.resolve(0);
  override close = () => Promise.resolve();
}

const batches = Array.from({ length: BATCHES * 3 }, () => Array.from({ length: BATCH }, saleArrival));
const nowhere = new Nowhere();
const journals = {
  alone: new Journal({ store: nowhere, catalog, desk, book }),
  store: new Journal({ store, catalog, desk, book }),
};
const by = { door: 'bench' };
const alone = await measure((batch) => {
  nowhere.appends.push([]);
  return journals.alone.accept(batches[batch]!, by);
});
const raw = await measure((batch) =>
  Promise.all(
    nowhere.appends[batch]!.map(([stream, { type, data }]) =>
      store.append(`${stream}-raw`, NO_STREAM, [{ id: randomUUID(), type, data }]),
    ),
  ),
);
const accepted = await measure((batch) => journals.store.accept(batches[BATCHES + batch]!, by));
const repeated = await measure((batch) => journals.store.accept(batches[BATCHES + batch]!, by));

console.log(`journal alone          ${alone.toFixed(1)} µs a message`);
console.log(`store, inline writer   ${raw.toFixed(1)} µs`);
console.log(`journal on the store   ${accepted.toFixed(1)} µs: ${(accepted - raw).toFixed(1)} µs on top`);
console.log(`the same once more     ${repeated.toFixed(1)} µs: all duplicates`);
readModel.close();
await store.close();
await rm(directory, { recursive: true });

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CatalogBook, CatalogDesk } from '#catalog';
import { type NewEvent, NO_STREAM } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';
import type { FactRecorded } from '#inventory';
import { systemClock, UNIT } from '#kernel';
import { LedgerBook, openLedger } from '#ledger';
import { Projector } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';

/**
 * What posting costs: one-line sales that lie in the journal are carried to their items, with the picture kept
 * up to date, beside plain appends of the same item events to the same kind of store. Then holds on one hot
 * item by 64 callers, beside holds on many items.
 * `node --conditions=source test/bench/ledger.ts [sales] [items] [inline|thread]`
 */
const SALES = Number(process.argv[2] ?? 100_000);
const ITEMS = Number(process.argv[3] ?? 5_000);
const WRITER = process.argv[4] === 'thread' ? 'thread' : 'inline';
const PER_TURN = 1_000;
const CALLERS = 64;
const HOLDS = 10_000;

const directory = await mkdtemp(join(tmpdir(), 'ledger-bench-'));
const store = await SqliteEventStore.open({ directory, clock: systemClock, writer: WRITER });
const readModel = SqliteReadModel.open({ file: process.env['READ_MODEL'] ?? IN_MEMORY });
const catalog = new CatalogBook(readModel);
const book = new LedgerBook(readModel);
const projector = new Projector({ store, readModel, folds: [catalog, book] });
const { desk, posting } = openLedger({
  ...{ store, book, catalog, clock: systemClock },
  reservable: () => Number.MAX_SAFE_INTEGER,
  projected: (position) => projector.waitFor(position, 60_000),
});
const setup = new CatalogDesk(store, catalog);
await setup.putLocation({ id: 'shop', name: 'shop', kind: 'store', active: true });
await setup.putChannel({
  ...{ id: 'pos', name: 'pos', kind: 'pos', locations: ['shop'], lists: 'all', unknownItems: 'park' },
});
await projector.catchUp();

const skuOf = (number: number): string => `SKU-${number % ITEMS}`;

/** A sale as the journal stores it; before the first round of sales each item is received. */
function fact(number: number, isReceipt: boolean): FactRecorded {
  const id = `${isReceipt ? 'receipt' : 'sale'}-${number}`;
  const key = { at: 1_795_000_000_000 + number, source: 'pos', id, document: id };
  const lines = [{ line: '1', sku: skuOf(number), quantity: UNIT }];
  const sold = { from: 'shop/sellable', to: 'customer', cause: 'sale', channel: 'pos' } as const;
  const received = { from: 'supplier', to: 'shop/sellable', cause: 'receipt' } as const;
  const quantity = isReceipt ? 1_000_000 * UNIT : UNIT;
  return {
    message: {
      ...{ source: 'pos', id, type: 'sale.completed', occurredAt: key.at },
      data: { saleId: id, location: 'shop', lines },
    },
    lines: [{ index: 0, sku: skuOf(number) }],
    parked: [],
    entries: [{ kind: 'move', key, sku: skuOf(number), ...(isReceipt ? received : sold), quantity }],
    flags: [],
  };
}

async function appendAll(events: readonly (readonly [string, NewEvent])[]): Promise<void> {
  for (let start = 0; start < events.length; start += PER_TURN) {
    const turn = events.slice(start, start + PER_TURN);
    await Promise.all(turn.map(([stream, event]) => store.append(stream, NO_STREAM, [event])));
  }
}

const told = (count: number, isReceipt: boolean): [string, NewEvent][] =>
  Array.from({ length: count }, (_, number) => {
    const data = fact(number, isReceipt);
    const type = isReceipt ? 'StockReceived' : 'SaleCompleted';
    return [`document-pos:${data.message.id}`, { id: randomUUID(), type, data }];
  });

const perSecond = (count: number, start: number): number =>
  Math.round(count / ((performance.now() - start) / 1_000));

async function postAll(): Promise<void> {
  const stop = new AbortController();
  const running = [projector.run(stop.signal), posting.run(stop.signal)];
  const head = await store.head();
  await posting.waitFor(head, 600_000);
  await projector.waitFor(await store.head(), 600_000);
  stop.abort();
  await Promise.all(running);
}

await appendAll(told(ITEMS, true));
await postAll();
await appendAll(told(SALES, false));
await projector.catchUp();

const posted = performance.now();
const used = process.cpuUsage();
await postAll();
const rates = { posted: perSecond(SALES, posted) };
const cpu = process.cpuUsage(used);

const plain = Array.from({ length: SALES }, (_, number): [string, NewEvent] => {
  const data = { ...fact(number, false).entries[0], journal: 1_000_000 + number };
  return [`plain-${skuOf(number)}-${number}`, { id: randomUUID(), type: 'MovementPosted', data }];
});
const appended = performance.now();
await appendAll(plain);
const raw = perSecond(SALES, appended);

/** So many callers, each of which waits for its answer before it asks again. */
async function hold(skus: (number: number) => string, name: string): Promise<number> {
  const start = performance.now();
  let next = 0;
  const call = async (): Promise<void> => {
    for (let number = next++; number < HOLDS; number = next++) {
      await desk.submit(skus(number), {
        ...{ type: 'reserve', reservationId: `${name}-${number}`, channel: 'pos', partial: false },
        ...{ wanted: [{ quantity: UNIT }], expiresAt: Date.now() + 3_600_000, step: UNIT },
      });
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  return perSecond(HOLDS, start);
}

const many = await hold(skuOf, 'many');
const hot = await hold(() => 'SKU-0', 'hot');

const bytes = JSON.stringify(book.item('SKU-1')).length;
console.log(`posted and projected    ${rates.posted} sales/s, ${WRITER} writer`);
console.log(`  processor time        ${((cpu.user + cpu.system) / SALES).toFixed(1)} µs a sale`);
console.log(`plain appends           ${raw} events/s: ratio ${(rates.posted / raw).toFixed(2)}`);
console.log(`holds on many items     ${many} /s, ${CALLERS} callers`);
console.log(`holds on one hot item   ${hot} /s`);
console.log(`an item's row           ${bytes} bytes of JSON, one location`);
readModel.close();
await store.close();
await rm(directory, { recursive: true });

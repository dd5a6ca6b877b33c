import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { CatalogBook, CatalogDesk } from '#catalog';
import { categoryOf, type EventStore, NO_STREAM, type RecordedEvent } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';
import {
  type Entry,
  FACT_EVENT_TYPES,
  free,
  type Item,
  type ItemEvent,
  type ItemState,
  itemStream,
  type Rejection,
} from '#inventory';
import { type Instant, type Shards, UNIT } from '#kernel';
import { Journal } from '#journal';
import { type Ledger, LedgerBook, openLedger, PostedEverywhere } from '#ledger';
import { Projector } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { until } from '../../kernel/testing/until.ts';
import type { Reservable } from '../src/item-context.ts';

const LOOK_EVERY_MS = 50;

/** A picture of a log, and everything that writes to the ledger. */
export interface LedgerProcess extends Ledger {
  readonly book: LedgerBook;
  readonly catalog: CatalogBook;
  readonly readModel: SqliteReadModel;
  /** Resolves with the failure of a part that should have gone on. */
  readonly failed: Promise<unknown>;
  /** Ends what runs. Throws the failure of a part, if there was one. */
  stop(): Promise<void>;
  /** Ends what runs as a crash would: what is under way is left as it is. */
  crash(): Promise<void>;
}

/**
 * A ledger on the embedded adapters. The merchant: locations `main`, `shop` (and `closed`, inactive), the
 * channel `web` that sells from main and shop in this order, items MUG, LID, KIT (2 MUG, 1 LID)
 * and GRAIN (a kit of 1 MUG that is told in five decimals).
 */
export interface OpenedLedger extends LedgerProcess {
  readonly store: EventStore;
  readonly directory: string;
  readonly clock: { now: () => Instant; at: Instant };
  /** Stores a journal event with these entries, in a stream of its own unless it is named. */
  tell(entries: readonly Entry[], as?: { stream?: string; type?: string; message?: object }): Promise<number>;
  /** Resolves when everything told is posted and in the picture. */
  settle(): Promise<void>;
  events(sku: string): Promise<(ItemEvent & Pick<RecordedEvent, 'revision' | 'position'>)[]>;
  item(sku: string): ItemState;
  /** Another process on the same store, with a picture of its own; it posts these shards, or everything. */
  another(shards?: Shards): Promise<LedgerProcess>;
  close(): Promise<void>;
}

/** Everything that is free in the channel's active locations; there are no policies. */
const allThatIsFree =
  (catalog: CatalogBook): Reservable =>
  (channel, _sku, state) => {
    const active = catalog.sellingChannel(channel)?.active ?? new Set();
    return state.places
      .filter(({ location }) => active.has(location))
      .reduce((sum, each) => sum + free(each), 0);
  };

export async function openTestLedger(
  wrap: (store: EventStore) => EventStore = (store) => store,
  shards?: Shards,
): Promise<OpenedLedger> {
  const directory = await mkdtemp(join(tmpdir(), 'onhand-ledger-'));
  const clock = { at: Date.UTC(2026, 0, 1), now: (): Instant => clock.at };
  const store = wrap(await SqliteEventStore.open({ directory, clock, writer: 'inline' }));
  await setUp(store);
  const process = await start(store, clock, shards);
  const others: LedgerProcess[] = [];
  return {
    ...process,
    store,
    directory,
    clock,
    tell: tellerOn(store),
    settle: async () => {
      for (let head = -1; head !== (await store.head());) {
        head = await store.head();
        await until(() => process.posting.position >= head && process.book.position >= head);
        await turn(); // After it, what was under way to the store is stored.
      }
    },
    events: async (sku) => {
      const events = await store.readStream(itemStream(sku));
      return events as unknown as (ItemEvent & RecordedEvent)[];
    },
    item: (sku) => process.book.item(sku)!,
    another: async (shards) => {
      const other = await start(store, clock, shards);
      others.push(other);
      return other;
    },
    close: async () => {
      await Promise.all([process, ...others].map((each) => each.stop()));
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

function tellerOn(store: EventStore): OpenedLedger['tell'] {
  let told = 0;
  return async (
    entries,
    { stream = `document-wms:d-${++told}`, type = 'StockReceived', message = {} } = {},
  ) => {
    const data = {
      message: { source: 'wms', id: `m-${++told}`, data: {}, type: messageTypeOf(type), ...message },
      entries,
      flags: [],
    };
    return append(store, stream, { type, data: { ...data, lines: [], parked: [] } });
  };
}

const messageTypeOf = (eventType: string): string | undefined =>
  Object.entries(FACT_EVENT_TYPES).find(([, type]) => type === eventType)?.[0];

async function append(
  store: EventStore,
  stream: string,
  event: { type: string; data: object },
): Promise<number> {
  const revision = (await store.readStream(stream)).at(-1)?.revision ?? NO_STREAM;
  const outcome = await store.append(stream, revision, [{ id: randomUUID(), ...event }]);
  if (outcome.outcome !== 'written') throw new Error(outcome.outcome);
  return outcome.positions[0]!;
}

interface Picture {
  readonly readModel: SqliteReadModel;
  readonly catalog: CatalogBook;
  readonly book: LedgerBook;
  readonly posted: PostedEverywhere | undefined;
  readonly projector: Projector;
}

function openPicture(store: EventStore, shards: Shards | undefined): Picture {
  const readModel = SqliteReadModel.open({ file: IN_MEMORY });
  const catalog = new CatalogBook(readModel);
  const book = new LedgerBook(readModel);
  const posted = shards && new PostedEverywhere({ book, count: shards.count });
  const projector = new Projector({ store, readModel, folds: [catalog, book, ...(posted ? [posted] : [])] });
  return { readModel, catalog, book, posted, projector };
}

async function start(
  store: EventStore,
  clock: OpenedLedger['clock'],
  shards?: Shards,
): Promise<LedgerProcess> {
  const { readModel, catalog, book, posted, projector } = openPicture(store, shards);
  await projector.catchUp();
  await posted?.find(store);
  const stopping = new AbortController();
  const { signal } = stopping;
  const projected = async (position: number): Promise<void> => {
    while (!signal.aborted) if (await projector.waitFor(position, LOOK_EVERY_MS)) return;
  };
  const desk = new CatalogDesk(store, catalog);
  const journal = new Journal({ store, catalog, desk, book: { parkedLine: () => undefined } });
  const ledger = openLedger({
    ...{ store, book, catalog, clock },
    reservable: allThatIsFree(catalog),
    projected,
    announce: (announcement) => journal.announce(announcement),
    shared: shards && posted && { shards, posted, writer: randomUUID() },
  });
  const { ended, failed } = runAll(projector, ledger, signal);
  let isStopped = false;
  const end = async (): Promise<readonly PromiseSettledResult<void>[]> => {
    if (isStopped) return [];
    isStopped = true;
    stopping.abort();
    const ends = await ended;
    readModel.close();
    return ends;
  };
  return {
    ...ledger,
    ...{ book, catalog, readModel, failed },
    stop: async () => {
      for (const part of await end()) if (part.status === 'rejected') throw part.reason;
    },
    crash: async () => {
      ledger.desk.close();
      await end();
    },
  };
}

function runAll(
  projector: Projector,
  ledger: Ledger,
  signal: AbortSignal,
): { readonly ended: Promise<PromiseSettledResult<void>[]>; readonly failed: Promise<unknown> } {
  const running = [projector.run(signal), ledger.posting.run(signal), ledger.expiry.run(signal)];
  if (ledger.marks) running.push(ledger.marks(signal));
  const failed = new Promise<unknown>((resolve) => {
    for (const part of running) part.catch(resolve);
  });
  return { ended: Promise.allSettled(running), failed };
}

async function setUp(store: EventStore): Promise<void> {
  const readModel = SqliteReadModel.open({ file: IN_MEMORY });
  const catalog = new CatalogBook(readModel);
  const desk = new CatalogDesk(store, catalog);
  const projector = new Projector({ store, readModel, folds: [catalog] });
  const item = (sku: string, components: Item['components'] = []): Item => ({
    ...{ sku, name: sku, decimals: 0, identifiers: [], components },
  });
  const puts = [
    () => desk.putLocation({ id: 'main', name: 'main', kind: 'warehouse', active: true }),
    () => desk.putLocation({ id: 'shop', name: 'shop', kind: 'store', active: true }),
    () => desk.putLocation({ id: 'closed', name: 'closed', kind: 'store', active: false }),
    () => desk.putItem(item('MUG')),
    () => desk.putItem(item('LID')),
    () =>
      desk.putItem(
        item('KIT', [
          { sku: 'MUG', quantity: 2 * UNIT },
          { sku: 'LID', quantity: UNIT },
        ]),
      ),
    () => desk.putItem({ ...item('GRAIN', [{ sku: 'MUG', quantity: UNIT }]), decimals: 5 }),
    () =>
      desk.putChannel({
        ...{ id: 'web', name: 'web', kind: 'storefront', locations: ['main', 'shop'] },
        ...{ lists: 'all', unknownItems: 'park' },
      }),
  ];
  for (const put of puts) {
    taken(await put());
    await projector.catchUp();
  }
  readModel.close();
}

function taken(answer: object | Rejection): void {
  if ('code' in answer) throw new Error(JSON.stringify(answer));
}

/** Events of a category. */
export async function eventsOf(store: EventStore, category: string): Promise<RecordedEvent[]> {
  const found: RecordedEvent[] = [];
  for (let after = 0; ;) {
    const page = await store.readAll({ after, categories: [category] });
    found.push(...page.events.filter((event) => categoryOf(event.stream) === category));
    if (page.position === after) return found;
    after = page.position;
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CatalogBook, CatalogDesk } from '#catalog';
import type { EventStore, RecordedEvent } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';
import type { Arrival, Channel, Item, Message, Rejection } from '#inventory';
import { Journal, JournalBook, type Outcome, Releaser } from '#journal';
import { Projector } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { until } from '../../kernel/testing/until.ts';

/** A journal on the embedded adapters, with its catalog, its book kept up to date and its releaser at work. */
export interface OpenedJournal {
  readonly store: EventStore;
  readonly journal: Journal;
  /** Another one on the same store, which remembers nothing: as after a restart, or in another process. */
  another(): Journal;
  readonly book: JournalBook;
  readonly desk: CatalogDesk;
  readonly directory: string;
  /** Tells messages as an admin, by the door `test`; returns their outcomes. */
  tell(...messages: Message[]): Promise<Outcome[]>;
  /** Resolves when the books have everything in the log, and no release is due. */
  settle(): Promise<void>;
  events(category: string): Promise<RecordedEvent[]>;
  readonly putItem: (sku: string, terms?: Partial<Item>) => Promise<void>;
  readonly putLocation: (id: string, terms?: { active?: boolean }) => Promise<void>;
  close(): Promise<void>;
}

/** In a new directory, with a merchant: see `setUp`. `wrap` may put faults in front of the store. */
export async function openJournal(
  wrap: (store: EventStore) => EventStore = (store) => store,
): Promise<OpenedJournal> {
  const directory = await mkdtemp(join(tmpdir(), 'journal-'));
  const clock = { now: () => Date.parse('2026-03-01T12:00:00Z') };
  const store = wrap(await SqliteEventStore.open({ directory, clock, writer: 'inline' }));
  const { readModel, book, desk, another, journal, releaser, projector } = openRooms(store);
  const stop = new AbortController();
  const running = [projector.run(stop.signal), releaser.run(stop.signal)];

  const settle = async (): Promise<void> => {
    for (let head = -1; head !== (await store.head());) {
      head = await store.head();
      await until(() => projector.position >= head && releaser.isAtRest);
    }
  };
  const opened: OpenedJournal = {
    store,
    journal,
    another,
    book,
    desk,
    directory,
    tell: (...messages) => journal.accept(messages.map(arrivalOf), { door: 'test' }),
    settle,
    events: async (category) => {
      const { events } = await store.readAll({ after: 0, categories: [category] });
      return [...events];
    },
    putItem: async (sku, terms = {}) => {
      taken(await desk.putItem({ sku, name: sku, decimals: 0, identifiers: [], components: [], ...terms }));
      await settle();
    },
    putLocation: async (id, { active = true } = {}) => {
      taken(await desk.putLocation({ id, name: id, kind: 'warehouse', active }));
      await settle();
    },
    close: async () => {
      stop.abort();
      await Promise.all(running);
      readModel.close();
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
  await setUp(opened);
  return opened;
}

interface Rooms {
  readonly readModel: SqliteReadModel;
  readonly book: JournalBook;
  readonly desk: CatalogDesk;
  readonly another: () => Journal;
  readonly journal: Journal;
  readonly releaser: Releaser;
  readonly projector: Projector;
}

function openRooms(store: EventStore): Rooms {
  const readModel = SqliteReadModel.open({ file: IN_MEMORY });
  const catalog = new CatalogBook(readModel);
  const book = new JournalBook(readModel);
  const desk = new CatalogDesk(store, catalog);
  const another = (): Journal => new Journal({ store, catalog, desk, book });
  const journal = another();
  const releaser = new Releaser({ journal, book, catalog });
  const projector = new Projector({ store, readModel, folds: [catalog, book, releaser] });
  return { readModel, book, desk, another, journal, releaser, projector };
}

/** Channels `web` (parks what it does not know) and `pos` (lists all), the warehouse `wms`, the place `main`, a MUG. */
async function setUp({ desk, putItem, putLocation }: OpenedJournal): Promise<void> {
  await putLocation('main');
  await putItem('MUG');
  taken(await desk.putSource({ id: 'wms', name: 'WMS', kind: 'warehouse', unknownItems: 'create' }));
  taken(await desk.putChannel(channelOf('web', 'listed')));
  taken(await desk.putChannel(channelOf('pos', 'all')));
  await putItem('CUP');
}

const channelOf = (id: string, lists: Channel['lists']): Channel => ({
  id,
  name: id,
  kind: 'storefront',
  locations: ['main'],
  lists,
  unknownItems: 'park',
});

function taken(answer: object | Rejection): void {
  if ('code' in answer) throw new Error(JSON.stringify(answer));
}

export const arrivalOf = (message: Message): Arrival => ({
  message,
  raw: Buffer.from(JSON.stringify(message)),
});

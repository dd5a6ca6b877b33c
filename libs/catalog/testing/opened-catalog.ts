import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel, Item, Location, Source } from '#inventory';
import { SqliteEventStore } from '#event-store/sqlite';
import type { Instant } from '#kernel';
import { Projector } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { CatalogBook, CatalogDesk } from '../src/index.ts';

/** A catalog on the embedded adapters, whose clock stands still unless a test sets it. */
export interface OpenedCatalog {
  readonly store: SqliteEventStore;
  readonly readModel: SqliteReadModel;
  readonly book: CatalogBook;
  readonly desk: CatalogDesk;
  readonly clock: { now: () => Instant; at: Instant };
  /** Brings the book up to the head. */
  readonly catchUp: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openCatalog(): Promise<OpenedCatalog> {
  const directory = await mkdtemp(join(tmpdir(), 'onhand-catalog-'));
  const clock = { at: Date.UTC(2025, 0, 1), now: (): Instant => clock.at };
  const store = await SqliteEventStore.open({ directory, clock, writer: 'inline' });
  const readModel = SqliteReadModel.open({ file: IN_MEMORY });
  const book = new CatalogBook(readModel);
  const projector = new Projector({ store, readModel, folds: [book] });
  return {
    store,
    readModel,
    book,
    desk: new CatalogDesk(store, book),
    clock,
    catchUp: () => projector.catchUp(),
    close: async () => {
      readModel.close();
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

export const anItem = (sku: string, more: Partial<Item> = {}): Item => ({
  sku,
  name: sku.toLowerCase(),
  decimals: 0,
  identifiers: [],
  components: [],
  ...more,
});

export const aChannel = (id: string, more: Partial<Channel> = {}): Channel => ({
  id,
  name: id,
  kind: 'storefront',
  locations: [],
  lists: 'all',
  unknownItems: 'park',
  ...more,
});

export const aLocation = (id: string, active = true): Location => ({
  id,
  name: id,
  kind: 'warehouse',
  active,
});

export const aSource = (id: string): Source => ({ id, name: id, kind: 'warehouse', unknownItems: 'create' });

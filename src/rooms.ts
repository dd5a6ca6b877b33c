import { CatalogBook, CatalogDesk, KeyDesk } from '#catalog';
import type { EventStore } from '#event-store';
import { Journal, JournalBook } from '#journal';
import type { Clock } from '#kernel';
import { Projector, type ReadModel } from '#read-model';
import { openEventStore, openReadModel } from './adapters.module.ts';
import type { Settings } from './environment.ts';
import type { Logger } from './log.ts';
import { Loops } from './loops.ts';

export interface RoomsParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFatal: (cause: unknown) => void;
}

/** Everything behind the doors. */
export interface Rooms {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly projector: Projector;
  readonly picture: { readonly catalog: CatalogBook; readonly journal: JournalBook };
  readonly catalog: CatalogBook;
  readonly journal: Journal;
  readonly catalogDesk: CatalogDesk;
  readonly keyDesk: KeyDesk;
  readonly loops: Loops;
  close(): Promise<void>;
}

export async function openRooms({ settings, clock, log, onFatal }: RoomsParts): Promise<Rooms> {
  const store = await openEventStore(settings, { clock, onFatal });
  const readModel = openReadModel(settings);
  const catalog = new CatalogBook(readModel);
  const journalBook = new JournalBook(readModel);
  const projector = new Projector({ store, readModel, folds: [catalog, journalBook] });
  await projector.catchUp();
  const loops = new Loops(log);
  loops.start('projector', (signal) => projector.run(signal));
  const desk = new CatalogDesk(store, catalog);
  return {
    store,
    readModel,
    projector,
    catalog,
    picture: { catalog, journal: journalBook },
    journal: new Journal({ store, catalog: desk.view, desk, book: journalBook }),
    catalogDesk: desk,
    keyDesk: new KeyDesk(store, catalog),
    loops,
    close: async () => {
      await loops.stopAll();
      readModel.close();
      await store.close();
    },
  };
}

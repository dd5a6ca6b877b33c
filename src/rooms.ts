import { randomUUID } from 'node:crypto';
import { type CatalogBook, CatalogDesk, KeyDesk, PolicyClock } from '#catalog';
import type { EventStore } from '#event-store';
import { ItemHistory, ListingHistory } from '#history';
import { Journal, Releaser } from '#journal';
import type { Clock } from '#kernel';
import { type Ledger, openLedger } from '#ledger';
import { FeedPump, Hub, Receipts } from '#publishing';
import { Webhooks } from '#publishing/webhook';
import { Projector, type ReadModel } from '#read-model';
import { openMemoryReadModel } from './adapters.module.ts';
import type { Settings } from './environment.ts';
import type { Logger } from './log.ts';
import { Loops } from './loops.ts';
import { openPicture, type Picture } from './picture.ts';
import { shownOrderOf } from './shown-order.ts';

export interface RoomsParts {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly settings: Pick<Settings, 'ROLES' | 'WEBHOOK_ALLOW_PRIVATE'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** False where nobody is to be told: the command line by itself. */
  readonly publish: boolean;
}

/** Everything behind the doors, over one log and one picture of it. */
export interface Rooms {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly projector: Projector;
  readonly picture: Picture;
  /** The picture's own. */
  readonly catalog: CatalogBook;
  readonly catalogDesk: CatalogDesk;
  readonly keyDesk: KeyDesk;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly hub: Hub;
  readonly feedPump: FeedPump;
  readonly webhooks: Webhooks;
  readonly itemHistory: ItemHistory;
  readonly listingHistory: ListingHistory;
  readonly loops: Loops;
  /** Takes up everything that goes on in the background. The picture has caught up before. */
  start(): void;
  /** Holds the picture still where it is. Everything else goes on, and waits for it where it must. */
  pause(): Promise<void>;
  /** Lets it follow the log again; nothing where it does, or where all has ended. */
  resume(): void;
  /** Ends it, in order; what was acknowledged is in the log, and the picture is written. */
  stop(): Promise<void>;
}

/** No wait inside the process is longer: what is waited for comes, or the process ends. */
const FOREVER_MS = 2 ** 31 - 1;

const PROJECTOR = 'projector';

/** Wires the rooms. Nothing moves yet: catch the picture up, then `start`. */
export function openRooms(parts: RoomsParts): Rooms {
  const { store, readModel, clock } = parts;
  const picture = openPicture({ readModel, store });
  const { catalog } = picture;
  const catalogDesk = new CatalogDesk(store, catalog);
  const journal = new Journal({ store, catalog: catalogDesk.view, desk: catalogDesk, book: picture.journal });
  const releaser = new Releaser({ journal, book: picture.journal, catalog });
  const publishing = openPublishing(parts, picture, journal);
  const folds = [...picture.folds, releaser, publishing.hub, publishing.webhooks];
  const projector = new Projector({ store, readModel, folds });
  const ledger = openLedger({
    store,
    clock,
    catalog,
    book: picture.ledger,
    reservable: (channel, sku, state) => picture.availability.reservable(channel, sku, state),
    projected: (position) => projector.waitFor(position, FOREVER_MS),
  });
  const loops = new Loops(parts.log);
  const project = (): void => loops.start(PROJECTOR, (signal) => projector.run(signal));
  const policyClock = new PolicyClock({ store, book: catalog, clock });
  return {
    store,
    readModel,
    projector,
    picture,
    catalog,
    catalogDesk,
    keyDesk: new KeyDesk(store, catalog),
    journal,
    ledger,
    ...publishing,
    itemHistory: new ItemHistory(store),
    listingHistory: new ListingHistory({ store, setUp: picture.setUp, openReadModel: openMemoryReadModel }),
    loops,
    pause: () => loops.stop(PROJECTOR),
    resume: () => {
      if (loops.states()[PROJECTOR] === 'stopped') project();
    },
    start: () => {
      project();
      if (parts.settings.ROLES.includes('posting')) {
        loops.start('posting', (signal) => ledger.posting.run(signal));
        loops.start('releaser', (signal) => releaser.run(signal));
        loops.start('reservations', (signal) => ledger.sweeper.run(signal));
        loops.start('policies', (signal) => policyClock.run(signal));
      }
      if (parts.publish) publishing.start();
    },
    stop: async () => {
      await publishing.stop();
      await loops.stop('policies');
      await loops.stop('reservations');
      await loops.stop('releaser');
      await loops.stop('posting');
      ledger.desk.close();
      await loops.stopAll();
    },
  };
}

function openPublishing(
  { store, readModel, clock, log, settings }: RoomsParts,
  picture: Picture,
  journal: Journal,
) {
  const { told } = picture;
  const onFault = (err: unknown): void => log.warn({ err }, 'receipts wait for the store');
  const receipts = new Receipts({ store, writer: randomUUID(), clock, onFault });
  const numbers = picture.availability;
  const orders = { order: shownOrderOf(journal) };
  const onHandedOut = (channel: string, position: number): void => receipts.handedOut(channel, position);
  const hub = new Hub({ store, numbers, orders, position: readModel.openedAt, onHandedOut });
  const webhooks = new Webhooks({
    hub,
    told,
    receipts,
    numbers,
    orders,
    channels: () => picture.catalog.channels(),
    allowPrivate: settings.WEBHOOK_ALLOW_PRIVATE,
    clock,
    onBug: (channel, err) => log.error({ channel, err }, 'the webhook of a channel has stopped'),
  });
  const feedPump = new FeedPump();
  return {
    hub,
    feedPump,
    webhooks,
    start: () => {
      receipts.start();
      webhooks.start();
    },
    stop: async () => {
      feedPump.close();
      await webhooks.stop();
      await receipts.stop();
      hub.close();
    },
  };
}

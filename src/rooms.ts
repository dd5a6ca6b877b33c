import { randomUUID } from 'node:crypto';
import { type CatalogBook, CatalogDesk, KeyDesk, PolicyClock } from '#catalog';
import type { EventStore } from '#event-store';
import { ItemHistory, ListingHistory } from '#history';
import { Journal, Releaser } from '#journal';
import { allShards, type Clock } from '#kernel';
import { type Ledger, openLedger, PostedEverywhere } from '#ledger';
import { FeedPump, Hub, Receipts, type Span } from '#publishing';
import type { KafkaPublisher } from '#publishing/kafka';
import { Webhooks } from '#publishing/webhook';
import { Projector, type ReadModel } from '#read-model';
import { openMemoryReadModel } from './adapters.module.ts';
import { Backpressure } from './backpressure.ts';
import type { Settings } from './environment.ts';
import type { KafkaOut } from './kafka.ts';
import type { Logger } from './log.ts';
import { Loops } from './loops.ts';
import { openPicture, type Picture } from './picture.ts';
import { shownOrderOf } from './shown-order.ts';
import type { Sharding } from './sharding.ts';
import { whileHas } from './while-has.ts';

interface RoomsParts {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly settings: Pick<Settings, 'ROLES' | 'WEBHOOK_ALLOW_PRIVATE'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** False if nobody is to be told: for the command line by itself. */
  readonly publish: boolean;
  /** Undefined if no other process works on the log. */
  readonly sharding?: Pick<Sharding, 'isShared' | 'posting' | 'publishing' | 'writer'> | undefined;
  /** Kafka's topics to tell changes to; undefined if there are no brokers, or nobody is to be told. */
  readonly kafka?: KafkaOut | undefined;
}

/** Everything behind the doors, over one log and one picture of it. */
export interface Rooms {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly projector: Projector;
  readonly picture: Picture;
  /** That of `picture`. */
  readonly catalog: CatalogBook;
  readonly catalogDesk: CatalogDesk;
  readonly keyDesk: KeyDesk;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly hub: Hub;
  readonly feedPump: FeedPump;
  readonly webhooks: Webhooks;
  /** Undefined if this process tells nothing to Kafka. */
  readonly kafka: KafkaPublisher | undefined;
  readonly itemHistory: ItemHistory;
  readonly listingHistory: ListingHistory;
  readonly loops: Loops;
  /** Tells importers when they may hand in more. */
  readonly backpressure: Backpressure;
  /** Call it once the picture has caught up with the log. Throws StoreUnavailable. */
  caughtUp(): Promise<void>;
  /** Starts all background work. */
  start(): void;
  /** Holds the picture still. Everything else goes on, and waits for the picture if it must. */
  pause(): Promise<void>;
  /** Lets the picture follow the log again. Does nothing if it already does, or after `stop`. */
  resume(): void;
  /** Ends all work in an orderly way. What was acknowledged is in the log, and the picture is written. */
  stop(): Promise<void>;
}

/** The longest possible timeout: for what is sure to come unless the process ends. */
const FOREVER_MS = 2 ** 31 - 1;

const PROJECTOR = 'projector';
/** The process that has this shard also does what only one process need do: expiries, releases, policies. */
const HOUSE_KEEPER = 0;

/** Wires the rooms. Nothing runs yet: let the picture catch up, then call `start`. */
export function openRooms(parts: RoomsParts): Rooms {
  const { store, readModel, clock } = parts;
  const picture = openPicture({ readModel, store });
  const { catalog } = picture;
  const catalogDesk = new CatalogDesk(store, catalog);
  const journal = new Journal({ store, catalog: catalogDesk.view, desk: catalogDesk, book: picture.journal });
  const releaser = new Releaser({ journal, book: picture.journal, catalog });
  const loops = new Loops(parts.log);
  const isBehind = (): boolean => backpressure.isBehind;
  const publishing = openPublishing(parts, { picture, journal, loops, isBehind });
  const shared = sharedPosting(parts, picture);
  const folds = [...picture.folds, ...shared.folds, releaser, ...publishing.folds];
  const projector = new Projector({ store, readModel, folds, newest: picture.newest });
  const ledger = openLedger({
    store,
    clock,
    catalog,
    book: picture.ledger,
    reservable: (channel, sku, state) => picture.availability.reservable(channel, sku, state),
    projected: (position) => projector.waitFor(position, FOREVER_MS),
    announce: (announcement) => journal.announce(announcement),
    shared: shared.posting,
  });
  const postsAll = shared.posting === undefined && parts.settings.ROLES.includes('posting');
  const backpressure = new Backpressure({ projector, posting: postsAll ? ledger.posting : undefined });
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
    backpressure,
    caughtUp: async () => shared.posting?.posted.find(store),
    pause: () => loops.stop(PROJECTOR),
    resume: () => {
      if (loops.states()[PROJECTOR] === 'stopped') project();
    },
    start: () => {
      project();
      if (parts.settings.ROLES.includes('posting'))
        startPosting(parts, loops, { ledger, releaser, policyClock });
      if (parts.publish) publishing.start();
    },
    stop: async () => {
      await publishing.stop();
      await loops.stopAfter(PROJECTOR);
      ledger.desk.close(); // Before the picture stands still: what is asked of the desk may wait for it.
      await loops.stopAll();
    },
  };
}

function startPosting(
  { sharding }: RoomsParts,
  loops: Loops,
  rooms: { ledger: Ledger; releaser: Releaser; policyClock: PolicyClock },
): void {
  const { ledger, releaser, policyClock } = rooms;
  // Only one process need do these; two at once for a moment do no harm.
  const keep = (name: string, run: (signal: AbortSignal) => Promise<void>): void =>
    loops.start(name, sharding ? whileHas(sharding.posting, HOUSE_KEEPER, run) : run);
  loops.start('posting', (signal) => ledger.posting.run(signal));
  if (ledger.marks) loops.start('marks', ledger.marks);
  keep('releaser', (signal) => releaser.run(signal));
  keep('reservations', (signal) => ledger.expiry.run(signal));
  keep('policies', (signal) => policyClock.run(signal));
}

/** If several processes post, this one learns from the log how far all of them have come. */
function sharedPosting({ sharding }: RoomsParts, { ledger: book }: Picture) {
  if (sharding?.isShared !== true) return { folds: [] };
  const { posting: shards, writer } = sharding;
  const posted = new PostedEverywhere({ book, count: shards.count });
  return { folds: [posted], posting: { shards, writer, posted } };
}

function openPublishing(
  parts: RoomsParts,
  {
    picture,
    journal,
    loops,
    isBehind,
  }: { picture: Picture; journal: Journal; loops: Loops; isBehind: () => boolean },
) {
  const { store, readModel, clock, log, settings } = parts;
  const { told } = picture;
  const shards = parts.sharding?.publishing ?? allShards();
  const onFault = (err: unknown): void => log.warn({ err }, 'receipts are waiting for the store');
  const receipts = new Receipts({ store, writer: randomUUID(), clock, onFault });
  const numbers = picture.availability;
  const orders = { order: shownOrderOf(journal) };
  const onHandedOut = (channel: string, span: Span): void => receipts.handedOut(channel, span);
  const hub = new Hub({ store, numbers, orders, position: readModel.openedAt, onHandedOut });
  const webhooks = new Webhooks({
    hub,
    told,
    receipts,
    numbers,
    orders,
    channels: () => picture.catalog.channels(),
    isOurs: (channel) => shards.has(channel),
    allowPrivate: settings.WEBHOOK_ALLOW_PRIVATE,
    clock,
    onBug: (channel, err) => log.error({ channel, err }, 'the webhook of a channel has stopped'),
  });
  const kafka = parts.kafka?.({
    ...{ store, clock, log, numbers, orders, shards },
    writer: parts.sharding?.writer ?? randomUUID(),
    channels: () => picture.catalog.channels(),
    position: readModel.openedAt,
    isBehind,
  });
  const feedPump = new FeedPump();
  let stopListening = (): void => undefined;
  return {
    hub,
    feedPump,
    webhooks,
    kafka,
    folds: [hub, webhooks, ...(kafka ? [kafka] : [])],
    start: () => {
      receipts.start();
      webhooks.start();
      stopListening = shards.onChange(() => webhooks.divideAnew());
      for (const [name, run] of Object.entries(kafka?.loops ?? {})) loops.start(name, run);
    },
    stop: async () => {
      feedPump.close();
      stopListening();
      await Promise.all(Object.keys(kafka?.loops ?? {}).map((name) => loops.stop(name)));
      await kafka?.close();
      await webhooks.stop();
      await receipts.stop();
      hub.close();
    },
  };
}

import type {
  CatalogEvent,
  IntakeEvent,
  ItemEvent,
  JournalEvent,
  KeyEvent,
  ReservationEvent,
} from '#inventory';
import type { PublicationEvent } from '#publishing';
import { askAt } from '../http/harness.ts';
import {
  type Answered,
  type KeptPicture,
  type Opened,
  openLog,
  untilAtRest,
  withService,
} from './answers.ts';
import { eventsOf, readLines } from './kept-log.ts';

/** `first`: the first version that ran from end to end. */
const LOGS = ['first', '0.1.0'] as const;

describe.each(LOGS)('the log that %s has left', (log) => {
  const kept = readLines<Answered | { readonly picture: KeptPicture }>(`${log}.answers.jsonl`);
  let opened: Opened;
  beforeAll(async () => {
    opened = await openLog(log);
  });

  it('answers what it has answered before', () => {
    const { answers } = opened;
    expect(answers).toEqual(kept.filter((line) => 'ask' in line));
  });

  it('keeps every promise that can be checked', () => {
    expect(opened).toMatchObject({ wrong: [], isSameRebuilt: true });
  });

  /** Otherwise rows that former rules have made would be served together with those of today's. */
  it('makes the same picture, or has a shelf whose version says that it is another', () => {
    const before = kept.flatMap((line) => ('picture' in line ? [line.picture] : []))[0]!;
    const { hash, shelves } = opened.picture;
    if (hash !== before.hash) expect(shelves).not.toEqual(before.shelves);
    else expect(hash).toHaveLength(64);
  });
});

describe('a reservation that the first version held', () => {
  it('is released when asked to, though it does not say which request made it', async () => {
    await withService('first', async (service) => {
      const ask = askAt(service.url);
      expect((await ask('GET /v1/items/MUG')).json.totals.reserved).toBe(2);
      await ask('POST /v1/reservations/h1/release', {});
      await untilAtRest(service);
      expect((await ask('GET /v1/items/MUG')).json.totals.reserved).toBe(0);
    });
  });

  it('is promised to its order when it is confirmed', async () => {
    await withService('first', async (service) => {
      const ask = askAt(service.url);
      const { committed } = (await ask('GET /v1/items/MUG')).json.totals;
      const confirmed = await ask('POST /v1/reservations/h1/confirm', { orderId: 'o-new' });
      expect(confirmed.status).toBe(200);
      await untilAtRest(service);
      expect((await ask('GET /v1/items/MUG')).json.totals).toMatchObject({
        reserved: 0,
        committed: committed + 2,
      });
    });
  });
});

type Type =
  | (JournalEvent | IntakeEvent | ItemEvent | ReservationEvent)['type']
  | (CatalogEvent | KeyEvent | PublicationEvent)['type']
  | 'PostingReached'
  | 'OffsetReached';

/** Whoever adds a type adds it here too, for it would not compile, and then an example of it to a log. */
const TYPES: Record<Type, true> = {
  ...{ OrderPlaced: true, OrderChanged: true, OrderCancelled: true, OrderShipped: true, OrderReturned: true },
  ...{ OrderRefunded: true, OrderAnnounced: true, SaleCompleted: true, SaleReturned: true },
  ...{ StockReceived: true, StockExpected: true, StockShipped: true, StockAdjusted: true, StockMoved: true },
  ...{ StockCounted: true, StockSnapshotTaken: true, TransferShipped: true, TransferReceived: true },
  ...{ ParkedLinesReleased: true, ParkedLineDismissed: true, MessagesRepeated: true, MessageRejected: true },
  ...{ MovementPosted: true, CountPosted: true, SweepPosted: true, SweepLifted: true, SupplyExpected: true },
  ...{ StockCommitted: true, CommitmentReleased: true, CommitmentMoved: true, PastCommitmentCorrected: true },
  ...{ StockReserved: true, ReservationExtended: true, ReservationEnded: true, OnHandAdjusted: true },
  ...{ ExceptionOpened: true, ExceptionClosed: true, ReservationRequested: true, ReservationHeld: true },
  ...{ ReservationRefused: true, ReservationConfirmed: true, ReservationReleased: true },
  ...{ ReservationExpired: true, ItemDefined: true, LocationDefined: true, SourceDefined: true },
  ...{ ChannelDefined: true, ListingDefined: true, PolicyDefined: true, PolicyTookEffect: true },
  ...{ KeyCreated: true, KeyRevoked: true, ChangesTold: true, FeedHandedOut: true, WebhookFailing: true },
  ...{ WebhookRecovered: true, TopicReadBack: true, PostingReached: true, OffsetReached: true },
};

it('has an example of every type of event', () => {
  const stored = LOGS.flatMap((log) => eventsOf(log).map(({ type }) => type));
  expect([...new Set(stored)].sort()).toEqual(Object.keys(TYPES).sort());
});

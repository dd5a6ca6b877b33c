import type {
  CatalogEvent,
  IntakeEvent,
  ItemEvent,
  JournalEvent,
  KeyEvent,
  ReservationEvent,
} from '#inventory';
import type { PublicationEvent } from '#publishing';

type EventType =
  | (JournalEvent | IntakeEvent | ItemEvent | ReservationEvent)['type']
  | (CatalogEvent | KeyEvent | PublicationEvent)['type']
  | 'PostingReached'
  | 'OffsetReached';

/** All of them, by the compiler: it refuses this without a type that is in the unions above. */
const TYPES: Readonly<Record<EventType, true>> = {
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

/** Every type of event that this version or an earlier one stores. A log with another type is a later version's. */
export const EVENT_TYPES: ReadonlySet<string> = new Set(Object.keys(TYPES));

export type { FeedEvent } from './change.ts';
export { type ListingNumber, type NumberSource, type OrderNow, type OrderSource } from './change-source.ts';
export { Feed } from './feed.ts';
export { FeedPump, HEARTBEAT_EVERY_MS, STALLED_MS_MAX } from './feed-pump.ts';
export { fromNow } from './change-reader.ts';
export { type FeedStart, Hub, type HubParts } from './hub.ts';
export { type PublicationEvent, publicationStream } from './publication-event.ts';
export { RECEIPT_EVERY_MS, Receipts, type ReceiptsParts } from './receipts.ts';
export { RING_CHANGES_MAX } from './ring.ts';
export { type Publication, ToldBook } from './told-book.ts';
export {
  AVAILABILITY_CHANGED,
  type AvailabilityBody,
  availabilityBody,
  cloudEvent,
  messageId,
  ORDER_UPDATED,
  type Told,
  toTime,
} from './wire.ts';

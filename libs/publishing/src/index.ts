export type { FeedEvent } from './change.ts';
export { type ListingNumber, type NumberSource, type OrderNow, type OrderSource } from './change-source.ts';
export { Feed } from './feed.ts';
export { FeedPump } from './feed-pump.ts';
export { fromNow } from './change-reader.ts';
export { type FeedStart, Hub, type HubParts } from './hub.ts';
export { type PublicationEvent, publicationStream } from './publication-event.ts';
export { RECEIPT_EVERY_MS, Receipts, type ReceiptsParts } from './receipts.ts';
export type { Publication } from './publication.ts';
export { ToldBook } from './told-book.ts';
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

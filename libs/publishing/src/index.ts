export { type ListingNumber, type NumberSource, type OrderNow, type OrderSource } from './change-source.ts';
export type { Span } from './hand-out.ts';
export { FeedPump } from './feed-pump.ts';
export { fromNow } from './change-reader.ts';
export { type FeedStart, Hub } from './hub.ts';
export { Receipts } from './receipts.ts';
export type { Publication } from './publication.ts';
export { ToldBook } from './told-book.ts';
export { AVAILABILITY_CHANGED, type AvailabilityBody, availabilityBody, ORDER_UPDATED } from './wire.ts';

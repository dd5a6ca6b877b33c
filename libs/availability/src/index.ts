export { AvailabilityBook } from './availability-book.ts';
export type { Explanation } from './explanation.ts';
export type { ListingNumber } from './offer.ts';
export type { NumberPlace } from './offer-shelf.ts';
export type { PreviewItem } from './preview.ts';

export type { Evidence } from './evidence.ts';
export { ItemHistory, type Moment } from './item-history.ts';
export { type Change, type Changes, type EvidencedExplanation, ListingHistory } from './listing-history.ts';
export type { ReplayParts } from './listing-replay.ts';
export { SetUpLog } from './set-up-log.ts';

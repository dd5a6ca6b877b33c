export { ItemHistory, type Moment, type TimelinePage } from './item-history.ts';
export { type Change, type Changes, type EvidencedExplanation, ListingHistory } from './listing-history.ts';
export { SetUpLog } from './set-up-log.ts';
export { verify, type VerifyReport } from './verify/verify.ts';

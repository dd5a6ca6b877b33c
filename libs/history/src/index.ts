export type { Evidence } from './evidence.ts';
export { ItemHistory, type Moment } from './item-history.ts';
export { type Change, type Changes, type EvidencedExplanation, ListingHistory } from './listing-history.ts';
export type { ReplayParts } from './listing-replay.ts';
export { SetUpLog } from './set-up-log.ts';
export type { CheckResult } from './verify/check.ts';
export { type FreshPicture, verify, type VerifyParts, type VerifyReport } from './verify/verify.ts';

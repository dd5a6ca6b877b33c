export type { Bringer, ItemMaker } from './acceptance.ts';
export { Journal, type JournalParts, type OrderNow, type ParkedMessageName } from './journal.ts';
export {
  type CompletenessRow,
  JournalBook,
  type JournalCounts,
  type JournalPage,
  type ParkedLineShown,
  type RejectedShown,
} from './journal-book.ts';
export type { Outcome, ParkedWord, Written } from './outcome.ts';
export type { Dismissal, ReleaseOutcome } from './parked-lines.ts';
export { Releaser, type ReleaserParts } from './releaser.ts';
export { mayTell, tellerOf, UNKNOWN_SOURCE } from './teller.ts';

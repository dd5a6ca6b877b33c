export type { Bringer } from './acceptance.ts';
export { Journal, type OrderNow } from './journal.ts';
export {
  type CompletenessRow,
  JournalBook,
  type JournalCounts,
  type JournalPage,
  type ParkedLineShown,
  type RejectedShown,
} from './journal-book.ts';
export type { Outcome, Written } from './outcome.ts';
export type { Dismissal, ReleaseOutcome } from './parked-lines.ts';
export { Releaser } from './releaser.ts';
export { mayTell, tellerOf } from './teller.ts';

export { type Adjusted, type Reallocated } from './corrections.ts';
export type { ExceptionFilter, ExceptionRow } from './exception-shelf.ts';
export { LedgerBook, type Page as LedgerPage } from './ledger-book.ts';
export { type Ledger, openLedger } from './open-ledger.ts';
export { PostedEverywhere } from './posted-everywhere.ts';
export { linesOf, type ReservationAnswer } from './reservation-answer.ts';
export type { ReservationRow } from './reservation-shelf.ts';
export type { ReserveRequest } from './reserving.ts';

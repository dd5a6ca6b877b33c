import { Fault } from '#kernel';

/** Others changed the same thing each time before this request was written. Only requests end so, never facts. */
export class Contention extends Fault {
  readonly code = 'CONTENTION';
  readonly retriable = true;
}

/** The ledger is closing: what was not written yet will not be by this process. */
export class LedgerClosed extends Fault {
  readonly code = 'LEDGER_CLOSED';
  readonly retriable = true;
}

import { Fault } from '#kernel';

/**
 * Others changed the same thing each time before this request was written. Only requests fail like this, never facts.
 */
export class Contention extends Fault {
  readonly code = 'CONTENTION';
  readonly retriable = true;
}

/** The ledger is closing: this process will not write what is not written yet. */
export class LedgerClosed extends Fault {
  readonly code = 'LEDGER_CLOSED';
  readonly retriable = true;
}

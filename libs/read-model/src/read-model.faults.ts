import { Fault } from '#kernel';

/** No room left on the disk: what changed stays in memory, and reaches the file when there is room again. */
export class ReadModelFull extends Fault {
  readonly code = 'STORE_FULL';
  readonly retriable = true;
}

/**
 * The file cannot be read or written any more. Everything in it can be had from the log again: end the
 * process, the next one goes on from what the file then is, or makes it anew.
 */
export class ReadModelFailed extends Fault {
  readonly code = 'READ_MODEL_FAILED';
  readonly retriable = false;
}

import { Fault } from '#kernel';

/** No room is left on the disk. Changes stay in memory, and are written when there is room again. */
export class ReadModelFull extends Fault {
  readonly code = 'STORE_FULL';
  readonly retriable = true;
}

/**
 * The file can no longer be read or written. Nothing is lost, for it is derived from the log: end the process; the next one
 * goes on with the file as it then is, or makes it anew.
 */
export class ReadModelFailed extends Fault {
  readonly code = 'READ_MODEL_FAILED';
  readonly retriable = false;
}

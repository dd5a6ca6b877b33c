import { Fault } from '#kernel';

/** The store does not answer or cannot serve now. */
export class StoreUnavailable extends Fault {
  readonly code = 'STORE_UNAVAILABLE';
  readonly retriable = true;
}

/** No room left on the disk: nothing of the append was written; reading goes on. */
export class StoreFull extends Fault {
  readonly code = 'STORE_FULL';
  readonly retriable = true;
}

/** More than one append may carry. A bug or a limit missing further out: nothing was tried. */
export class AppendTooLarge extends Fault {
  readonly code = 'APPEND_TOO_LARGE';
  readonly retriable = false;
}

/** Another process has this data directory. */
export class DataDirectoryLocked extends Fault {
  readonly code = 'DATA_DIRECTORY_LOCKED';
  readonly retriable = false;
}

/** The data directory is not a directory, or cannot be written: the setting or its rights must be mended. */
export class DataDirectoryUnusable extends Fault {
  readonly code = 'DATA_DIRECTORY_UNUSABLE';
  readonly retriable = false;

  constructor(directory: string, why: string, options?: { cause?: unknown }) {
    super(`The data directory ${directory} cannot be used: ${why}.`, options);
  }
}

/** Where a log was to be copied to, something else is. */
export class TargetDiffers extends Fault {
  readonly code = 'TARGET_DIFFERS';
  readonly retriable = false;
}

/** Asked to go on from where no event of this log is: the position is of another log. */
export class PositionUnknown extends Fault {
  readonly code = 'POSITION_UNKNOWN';
  readonly retriable = false;
}

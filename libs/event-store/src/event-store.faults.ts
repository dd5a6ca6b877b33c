import { Fault } from '#kernel';

/** The store does not answer or cannot serve now. */
export class StoreUnavailable extends Fault {
  readonly code = 'STORE_UNAVAILABLE';
  readonly retriable = true;
}

/** No room is left on the disk: nothing of the append was written. Reading still works. */
export class StoreFull extends Fault {
  readonly code = 'STORE_FULL';
  readonly retriable = true;
}

/** The append is larger than allowed; nothing was tried. A bug, or a limit that is missing at the doors. */
export class AppendTooLarge extends Fault {
  readonly code = 'APPEND_TOO_LARGE';
  readonly retriable = false;
}

/** Another process has this data directory. */
export class DataDirectoryLocked extends Fault {
  readonly code = 'DATA_DIRECTORY_LOCKED';
  readonly retriable = false;
}

/** The data directory is not a directory, or cannot be written: correct the setting, or the rights. */
export class DataDirectoryUnusable extends Fault {
  readonly code = 'DATA_DIRECTORY_UNUSABLE';
  readonly retriable = false;

  constructor(directory: string, why: string, options?: { cause?: unknown }) {
    super(`The data directory ${directory} cannot be used: ${why}.`, options);
  }
}

/** The place that a log was to be copied to holds something else. */
export class TargetDiffers extends Fault {
  readonly code = 'TARGET_DIFFERS';
  readonly retriable = false;
}

/** No event of this log is at the position to go on from: it is a position of another log. */
export class PositionUnknown extends Fault {
  readonly code = 'POSITION_UNKNOWN';
  readonly retriable = false;
}

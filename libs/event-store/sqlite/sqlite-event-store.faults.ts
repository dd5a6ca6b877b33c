import { Fault } from '#kernel';

/** The file is not ours, is of a later version of OnHand, is damaged, or this SQLite must not touch it. */
export class DataFileUnusable extends Fault {
  readonly code = 'DATA_FILE_UNUSABLE';
  readonly retriable = false;

  constructor(file: string, why: string, options?: { cause?: unknown }) {
    super(`${file} cannot be used: ${why}.`, options);
  }
}

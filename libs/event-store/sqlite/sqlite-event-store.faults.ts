import { Fault } from '#kernel';

/** The file is not ours, is of a later version of OnHand, is damaged, or this SQLite must not touch it. */
export class DataFileUnusable extends Fault {
  readonly code = 'DATA_FILE_UNUSABLE';
  readonly retriable = false;

  constructor(file: string, why: string, options?: { cause?: unknown }) {
    super(`${file} cannot be used: ${why}.`, options);
  }
}

/** What to do if a file has lost part of its content, even if it was itself a backup. */
export const TAKE_A_BACKUP =
  'continue from an intact backup, which `onhand restore` puts into an empty DATA_DIR';

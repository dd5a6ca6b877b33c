import { Fault } from '#kernel';

/** The file is not ours, is of a later version of OnHand, is damaged, or this SQLite must not touch it. */
export class DataFileUnusable extends Fault {
  readonly code = 'DATA_FILE_UNUSABLE';
  readonly retriable = false;

  constructor(file: string, why: string, options?: { cause?: unknown }) {
    super(`${file} cannot be used: ${why}.`, options);
  }
}

/** What is left to do where a file has lost a part of what was in it; also where that file was itself a backup. */
export const TAKE_A_BACKUP =
  'continue from an intact backup, which `onhand restore` puts into an empty DATA_DIR';

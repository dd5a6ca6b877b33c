import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { acknowledgedFile } from './files.ts';
import { isSqliteError } from './sqlite-error.ts';
import { DataFileUnusable, TAKE_A_BACKUP } from './sqlite-event-store.faults.ts';

/** A fixed length, so that it is overwritten in place and needs no further room on the disk. */
const DIGITS = 16;

/**
 * A file beside the log that says how far the log was durable when an append was answered. Without it a damaged, shortened
 * or missing write-ahead log would go unnoticed: SQLite reads it as far as it can, and reports no error.
 */
export class AcknowledgedMark {
  readonly #file: string;
  #descriptor: number | undefined;

  constructor(file: string) {
    this.#file = acknowledgedFile(file);
  }

  /** Call it after a commit, before the answers. The mark is never ahead of the log, but may be behind. */
  reached(position: number): void {
    try {
      this.#descriptor ??= openSync(this.#file, existsSync(this.#file) ? 'r+' : 'w', 0o600);
      writeSync(this.#descriptor, String(position).padStart(DIGITS, '0'), 0);
    } catch {
      // With an older mark less damage is noticed, nothing else.
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** Throws DataFileUnusable if the log ends before what was acknowledged, and leaves all files as they are. */
export function assertHasAcknowledged(file: string): void {
  const mark = readMark(acknowledgedFile(file));
  const head = mark === 0 ? 0 : headOf(file);
  if (head === undefined || head >= mark) return;
  throw new DataFileUnusable(
    file,
    `it ends at position ${head}, but position ${mark} was acknowledged, so its -wal file is lost, damaged or from another time: ` +
      `keep the files, and ${TAKE_A_BACKUP}. If you put an older log there on purpose, remove ${acknowledgedFile(file)}`,
  );
}

/** 0 if it cannot be read, as it may be after a power loss. */
function readMark(file: string): number {
  try {
    const text = readFileSync(file, 'latin1');
    return /^\d{16}$/.test(text) ? Number(text) : 0;
  } catch {
    return 0;
  }
}

/** Read-only, so that closing carries nothing into the file. Undefined if the file cannot be read at all. */
function headOf(file: string): number | undefined {
  if (!existsSync(file)) return 0;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    if (Number(database.prepare('PRAGMA schema_version').get()?.['schema_version']) === 0) return 0;
    return Number(database.prepare('SELECT max(position) AS head FROM events').get()?.['head'] ?? 0);
  } catch (cause) {
    if (!isSqliteError(cause)) throw cause;
    return undefined; // Opening it for writing will say why.
  } finally {
    database?.close();
  }
}

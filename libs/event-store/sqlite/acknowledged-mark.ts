import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { acknowledgedFile } from './files.ts';
import { isSqliteError } from './sqlite-error.ts';
import { DataFileUnusable, TAKE_A_BACKUP } from './sqlite-event-store.faults.ts';

/** Always as long: it is written over in place, and needs room only once. */
const DIGITS = 16;

/**
 * Beside the log: up to where it was durable when somebody was answered. SQLite ends a write-ahead log that is
 * damaged, cut or gone where it can be read no further, and says nothing.
 */
export class AcknowledgedMark {
  readonly #file: string;
  #descriptor: number | undefined;

  constructor(file: string) {
    this.#file = acknowledgedFile(file);
  }

  /** After a commit, and before anybody is answered. Never more than is in the log, perhaps less: nobody waits for it. */
  reached(position: number): void {
    try {
      this.#descriptor ??= openSync(this.#file, existsSync(this.#file) ? 'r+' : 'w', 0o600);
      writeSync(this.#descriptor, String(position).padStart(DIGITS, '0'), 0);
    } catch {
      // An older mark only finds out less.
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** Throws DataFileUnusable where the log ends before what was acknowledged, and leaves all files as they are. */
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

/** 0 where it says nothing, as after a power loss. */
function readMark(file: string): number {
  try {
    const text = readFileSync(file, 'latin1');
    return /^\d{16}$/.test(text) ? Number(text) : 0;
  } catch {
    return 0;
  }
}

/** One that only reads carries nothing into the file when it closes. Undefined where it cannot be read at all. */
function headOf(file: string): number | undefined {
  if (!existsSync(file)) return 0;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    if (Number(database.prepare('PRAGMA schema_version').get()?.['schema_version']) === 0) return 0;
    return Number(database.prepare('SELECT max(position) AS head FROM events').get()?.['head'] ?? 0);
  } catch (cause) {
    if (!isSqliteError(cause)) throw cause;
    return undefined; // Whoever opens it to write says why.
  } finally {
    database?.close();
  }
}

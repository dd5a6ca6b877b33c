import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataDirectoryLocked, DataDirectoryUnusable } from '../src/index.ts';
import { fileErrorWords } from './file-error.ts';
import { HOLDER_FILE, LOCK_FILE } from './files.ts';
import { makeFolder } from './make-folder.ts';
import { isSqliteError, SQLITE_BUSY } from './sqlite-error.ts';

/** Locks a data directory for this process until `release`, or until the process ends. */
export class DirectoryLock {
  readonly #database: DatabaseSync;
  readonly #directory: string;

  private constructor(database: DatabaseSync, directory: string) {
    this.#database = database;
    this.#directory = directory;
    sayHolder(directory);
  }

  /**
   * Makes the directory (for its owner only) if there is none. The lock is the operating system's, on an empty
   * SQLite file: however the process ends, it is gone. Throws DataDirectoryLocked and DataDirectoryUnusable.
   */
  static take(directory: string): DirectoryLock {
    const file = makeLockFile(directory);
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (cause) {
      database.close();
      if (!isSqliteError(cause, SQLITE_BUSY)) throw cause;
      throw new DataDirectoryLocked(
        `${directory} is in use by ${holderOf(directory)}. Stop that process, or name another folder with DATA_DIR.`,
        { cause },
      );
    }
    return new DirectoryLock(database, directory);
  }

  release(): void {
    forgetHolder(this.#directory);
    this.#database.close();
  }
}

function sayHolder(directory: string): void {
  try {
    writeFileSync(join(directory, HOLDER_FILE), String(process.pid), { mode: 0o600 });
  } catch {
    // Even if the disk is full the lock is held.
  }
}

function forgetHolder(directory: string): void {
  try {
    rmSync(join(directory, HOLDER_FILE), { force: true });
  } catch {
    // The next holder overwrites it.
  }
}

function holderOf(directory: string): string {
  try {
    const pid = Number(readFileSync(join(directory, HOLDER_FILE), 'utf8'));
    if (Number.isSafeInteger(pid) && pid > 0) return `process ${pid}`;
  } catch {
    // There is none, or not yet.
  }
  return 'another process';
}

function makeLockFile(directory: string): string {
  const file = join(directory, LOCK_FILE);
  try {
    makeFolder(directory);
    // While we hold the lock we must never open and close this file: closing any descriptor of it drops the lock.
    closeSync(openSync(file, 'a', 0o600));
    return file;
  } catch (cause) {
    const why = fileErrorWords(cause);
    throw why === undefined ? cause : new DataDirectoryUnusable(directory, why, { cause });
  }
}

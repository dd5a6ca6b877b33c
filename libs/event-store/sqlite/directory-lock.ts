import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataDirectoryLocked, DataDirectoryUnusable } from '../src/index.ts';
import { fileErrorWords } from './file-error.ts';
import { isSqliteError, SQLITE_BUSY } from './sqlite-error.ts';

const LOCK_FILE = 'lock.db';

/** Holds a data directory for this process until it is released, or until the process is no more. */
export class DirectoryLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
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
      throw new DataDirectoryLocked(`${directory} is in use by another process.`, { cause });
    }
    return new DirectoryLock(database);
  }

  release(): void {
    this.#database.close();
  }
}

function makeLockFile(directory: string): string {
  const file = join(directory, LOCK_FILE);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Never closed and opened again by us while it is held: closing any descriptor of a file drops its locks.
    closeSync(openSync(file, 'a', 0o600));
    return file;
  } catch (cause) {
    const why = fileErrorWords(cause);
    throw why === undefined ? cause : new DataDirectoryUnusable(directory, why, { cause });
  }
}

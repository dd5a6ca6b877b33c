import { closeSync, existsSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#kernel';
import { LogTarget, type RecordedEvent, StoreFull, StoreUnavailable } from '../src/index.ts';
import { openReader } from './connection.ts';
import { DirectoryLock } from './directory-lock.ts';
import { COPYING_FILE, EVENTS_FILE } from './files.ts';
import { Log } from './log.ts';
import { isSqliteError, SQLITE_FULL } from './sqlite-error.ts';

/** After so many events the write-ahead log is carried into the file. */
const CHECKPOINT_EVENTS = 50_000;

/** Copies the log of another store into a data directory that has none. */
export class SqliteLogTarget extends LogTarget {
  readonly #directory: string;
  readonly #lock: DirectoryLock;
  #log: Log | undefined;
  #through: number;
  #sinceCheckpoint = 0;

  private constructor(directory: string, lock: DirectoryLock, log: Log | undefined, through: number) {
    super();
    this.#directory = directory;
    this.#lock = lock;
    this.#log = log;
    this.#through = through;
  }

  /** Throws DataDirectoryLocked and DataFileUnusable. */
  static open(directory: string): SqliteLogTarget {
    const lock = DirectoryLock.take(directory);
    try {
      const finished = join(directory, EVENTS_FILE);
      if (existsSync(finished)) return new SqliteLogTarget(directory, lock, undefined, headOf(finished));
      const log = new Log(join(directory, COPYING_FILE));
      return new SqliteLogTarget(directory, lock, log, log.head);
    } catch (cause) {
      lock.release();
      throw cause;
    }
  }

  get through(): number {
    return this.#through;
  }

  get isFinished(): boolean {
    return this.#log === undefined;
  }

  take(events: readonly RecordedEvent[]): Promise<void> {
    return new Promise((resolve) => {
      const next = events.filter(({ position }) => position > this.#through);
      this.#write(next);
      this.#through = next.at(-1)?.position ?? this.#through;
      resolve();
    });
  }

  finish(): Promise<void> {
    this.#log?.close();
    if (this.#log !== undefined) {
      renameSync(join(this.#directory, COPYING_FILE), join(this.#directory, EVENTS_FILE));
      const directory = openSync(this.#directory, 'r');
      fsyncSync(directory);
      closeSync(directory);
    }
    this.#log = undefined;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#log?.close();
    this.#log = undefined;
    this.#lock.release();
    return Promise.resolve();
  }

  #write(events: readonly RecordedEvent[]): void {
    try {
      this.#log?.takeOver(events);
      this.#sinceCheckpoint += events.length;
      if (this.#sinceCheckpoint < CHECKPOINT_EVENTS) return;
      this.#log?.checkpoint();
      this.#sinceCheckpoint = 0;
    } catch (cause) {
      if (cause instanceof Fault) throw cause;
      if (isSqliteError(cause, SQLITE_FULL)) {
        throw new StoreFull(`${this.#directory} cannot be written: the disk is full. Free some space.`, {
          cause,
        });
      }
      throw new StoreUnavailable(`${this.#directory} cannot be written.`, { cause });
    }
  }
}

function headOf(file: string): number {
  const reader = openReader(file);
  try {
    return Number(reader.prepare('SELECT max(position) AS head FROM events').get()?.['head'] ?? 0);
  } finally {
    reader.close();
  }
}

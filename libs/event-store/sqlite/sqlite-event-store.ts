import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, Fault } from '#kernel';
import {
  type Append,
  type AppendOutcome,
  assertLimit,
  EventStore,
  type LogPage,
  type LogQuery,
  type NewEvent,
  READ_EVENTS_MAX,
  type RecordedEvent,
  StoreFull,
  StoreUnavailable,
} from '../src/index.ts';
import { assertHasAcknowledged } from './acknowledged-mark.ts';
import { AppendQueue } from './append-queue.ts';
import { checkLog, copyLog, type OnBackup } from './backup.ts';
import { Checkpointer } from './checkpointer.ts';
import { ChoreThread } from './chore-thread.ts';
import { openWriter } from './connection.ts';
import { DirectoryLock } from './directory-lock.ts';
import { isDiskFull } from './file-error.ts';
import { EVENTS_FILE, refuseUnfinished } from './files.ts';
import type { OnChecked } from './integrity.ts';
import { assertTypesKnown } from './known-types.ts';
import { LogReader } from './log-reader.ts';
import { RecentEvents } from './recent-events.ts';
import { isSqliteError, isTooLarge, SQLITE_CORRUPT, SQLITE_FULL } from './sqlite-error.ts';
import { DataFileUnusable, TAKE_A_BACKUP } from './sqlite-event-store.faults.ts';
import { ThreadWriter } from './thread-writer.ts';
import { InlineWriter, type Writer } from './writer.ts';

/** Pages that one follower gets in one turn of the event loop. */
const PAGES_AT_ONCE_MAX = 4;

interface SqliteEventStoreOptions {
  /** Made if there is none. Only one process can have it. */
  readonly directory: string;
  readonly clock: Clock;
  /** `thread` (default) commits on a thread of its own; `inline` on the caller's, which it blocks. */
  readonly writer?: 'thread' | 'inline';
  /**
   * Called once, when a write has failed in such a way that it is not known what is in the file. From then on the store
   * serves nothing: end the process; the next one reads the file anew.
   */
  readonly onFatal?: (cause: unknown) => void;
  /** If given, a log with events of another type is refused: a later version has written it. */
  readonly knownTypes?: ReadonlySet<string>;
}

/** The event store in one SQLite file: for one process, without a server. What it has answered is durable. */
export class SqliteEventStore extends EventStore {
  readonly #file: string;
  readonly #onFatal: (cause: unknown) => void;
  readonly #lock: DirectoryLock;
  readonly #reader: LogReader;
  readonly #recent: RecentEvents;
  readonly #queue: AppendQueue;
  readonly #chores: ChoreThread;
  readonly #checkpointer: Checkpointer;
  #unavailable: StoreUnavailable | undefined;
  #hasFailed = false;

  private constructor(
    lock: DirectoryLock,
    { file, reader, writer }: { file: string; reader: LogReader; writer: Writer },
    options: SqliteEventStoreOptions,
  ) {
    super();
    this.#file = file;
    this.#onFatal = options.onFatal ?? (() => {});
    this.#lock = lock;
    this.#reader = reader;
    this.#recent = new RecentEvents(writer.head);
    this.#chores = new ChoreThread(file);
    this.#checkpointer = new Checkpointer(this.#chores, (cause) => this.#queue.stop(cause));
    this.#queue = new AppendQueue({
      writer,
      clock: options.clock,
      recent: this.#recent,
      unsettled: this.#reader.unsettled,
      onCommitted: (bytes) => this.#checkpointer.written(bytes),
      onStopped: (cause) => this.#fail(cause),
    });
  }

  /** Throws DataDirectoryLocked, DataDirectoryUnusable, DataFileUnusable, StoreFull and StoreUnavailable. */
  static async open(options: SqliteEventStoreOptions): Promise<SqliteEventStore> {
    let lock: DirectoryLock | undefined;
    let reader: LogReader | undefined;
    try {
      lock = DirectoryLock.take(options.directory);
      const file = join(options.directory, EVENTS_FILE);
      refuseUnfinished(options.directory);
      assertHasAcknowledged(file);
      openWriter(file).close(); // An unusable file is found here, where the error can be explained.
      if (options.knownTypes) assertTypesKnown(file, options.knownTypes);
      reader = new LogReader(file);
      reader.assertNewestWhole();
      const writer = options.writer === 'inline' ? new InlineWriter(file) : await ThreadWriter.open(file);
      return new SqliteEventStore(lock, { file, reader, writer }, options);
    } catch (cause) {
      reader?.close();
      lock?.release();
      const what = `${options.directory} cannot be opened`;
      throw (
        knownFault(cause, join(options.directory, EVENTS_FILE), what) ??
        new StoreUnavailable(`${what}.`, { cause })
      );
    }
  }

  /**
   * Puts a backup into a data directory that has no log yet, and checks all of it. Returns the position of its newest
   * event. Throws DataDirectoryLocked, DataFileUnusable and StoreFull.
   */
  static async restore(backup: string, directory: string, onProgress?: OnBackup): Promise<number> {
    const found = statSync(backup, { throwIfNoEntry: false });
    if (found === undefined) throw new DataFileUnusable(backup, 'there is no such file');
    if (found.isDirectory()) throw new DataFileUnusable(backup, 'it is a folder, but must be a file');
    const lock = DirectoryLock.take(directory);
    try {
      return await copyLog(backup, join(directory, EVENTS_FILE), onProgress);
    } catch (cause) {
      const fault = knownFault(cause, backup, `${backup} cannot be restored`);
      if (fault !== undefined || !isSqliteError(cause)) throw fault ?? cause;
      throw new DataFileUnusable(backup, `SQLite says: ${(cause as Error).message}`, { cause });
    } finally {
      lock.release();
    }
  }

  append(stream: string, expectedRevision: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    return this.#queue.append([{ stream, expectedRevision, events }]).then(theOnly);
  }

  override appendMany(appends: readonly Append[]): Promise<readonly AppendOutcome[]> {
    return this.#queue.append(appends);
  }

  readStream(
    stream: string,
    { fromRevision = 0, limit = READ_EVENTS_MAX }: { fromRevision?: number; limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    return this.#answer(() => {
      assertLimit(limit);
      return this.#reader.readStream(stream, fromRevision, limit);
    });
  }

  async readAll({ limit = READ_EVENTS_MAX, ...query }: LogQuery & { limit?: number }): Promise<LogPage> {
    assertLimit(limit);
    return this.#readAll(query, limit);
  }

  async *subscribe(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    const wake = (): void => this.#recent.wakeAll();
    const follower = this.#recent.follow(query.after);
    signal.addEventListener('abort', wake);
    try {
      let { after } = query;
      for (let pages = 1; !signal.aborted; pages++) {
        const page = await this.#readAll({ ...query, after }, READ_EVENTS_MAX);
        if (page.position > after) {
          after = page.position;
          yield page;
          follower.after = after;
          this.#recent.release();
          if (pages % PAGES_AT_ONCE_MAX === 0) await nextTurn();
        } else {
          // If it was aborted during the read, nothing would wake it any more.
          if (!signal.aborted) await this.#recent.movedPast(after);
          pages = 0;
        }
      }
    } finally {
      this.#recent.unfollow(follower);
      signal.removeEventListener('abort', wake);
    }
  }

  head(): Promise<number> {
    return this.#answer(() => this.#recent.head);
  }

  /**
   * Copies the log as it is now to a new file, and checks all of it, while appends and reads go on. Returns the position of
   * the newest event in it. Throws DataFileUnusable if the copy is not sound, or if the file exists.
   */
  backup(path: string, onProgress?: OnBackup): Promise<number> {
    return this.#checkpointer.during(() => copyLog(this.#file, path, onProgress));
  }

  /** What is wrong with the file, in words; empty if it is sound. Reads all of it, while appends go on. */
  integrityCheck(onChecked?: OnChecked): Promise<readonly string[]> {
    return this.#checkpointer.during(() => checkLog(this.#file, onChecked));
  }

  /** Answers everything that was asked for before. */
  async close(): Promise<void> {
    try {
      this.#checkpointer.close();
      await this.#queue.close();
      await this.#chores.close();
      this.#unavailable ??= new StoreUnavailable('The store is closed.');
      this.#recent.wakeAll();
      // The last connection that closes carries the write-ahead log into the file. After a failed write that is left to the
      // next process, so this connection stays open.
      if (!this.#hasFailed) this.#reader.close();
    } finally {
      this.#lock.release();
    }
  }

  /**
   * A page from memory, or, after a turn of the event loop, from the file: reading a file blocks, so a reader of a long log
   * would otherwise never let anything else run.
   */
  async #readAll(query: LogQuery, limit: number): Promise<LogPage> {
    const recent = this.#read(() => this.#recent.read(query, limit));
    if (recent !== undefined) return recent;
    await nextTurn();
    return this.#read(() => this.#reader.readAll(query, limit, this.#recent.head));
  }

  #answer<Answer>(read: () => Answer): Promise<Answer> {
    return new Promise((resolve) => resolve(this.#read(read)));
  }

  #read<Answer>(read: () => Answer): Answer {
    if (this.#unavailable) throw this.#unavailable;
    try {
      return read();
    } catch (cause) {
      if (isTooLarge(cause)) throw damagedFile(this.#file, cause);
      if (!isSqliteError(cause)) throw cause;
      const then = isSqliteError(cause, SQLITE_CORRUPT) ? `: it is damaged, ${TAKE_A_BACKUP}` : '';
      throw new StoreUnavailable(`The log cannot be read${then}.`, { cause });
    }
  }

  #fail(cause: unknown): void {
    this.#hasFailed = true;
    this.#checkpointer.close();
    this.#unavailable = new StoreUnavailable('The log has stopped after a failed write. Restart OnHand.', {
      cause,
    });
    this.#recent.wakeAll();
    this.#onFatal(cause);
  }
}

/** Why a log cannot be opened or copied; undefined for an unknown cause. */
function knownFault(cause: unknown, file: string, what: string): Fault | undefined {
  if (cause instanceof Fault) return cause;
  if (isSqliteError(cause, SQLITE_CORRUPT) || isTooLarge(cause)) return damagedFile(file, cause);
  if (isSqliteError(cause, SQLITE_FULL) || isDiskFull(cause))
    return new StoreFull(`${what}: the disk is full. Free some space.`, { cause });
  return undefined;
}

const damagedFile = (file: string, cause: unknown): DataFileUnusable =>
  new DataFileUnusable(file, `it is damaged (${(cause as Error).message}): ${TAKE_A_BACKUP}`, { cause });

const theOnly = ([outcome]: readonly AppendOutcome[]): AppendOutcome => outcome!;

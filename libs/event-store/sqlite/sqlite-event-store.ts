import { join } from 'node:path';
import { type Clock, assert } from '#kernel';
import {
  type AppendOutcome,
  EventStore,
  type LogPage,
  type LogQuery,
  type NewEvent,
  READ_EVENTS_MAX,
  type RecordedEvent,
  StoreUnavailable,
} from '../src/index.ts';
import { AppendQueue } from './append-queue.ts';
import { openWriter } from './connection.ts';
import { DirectoryLock } from './directory-lock.ts';
import { LogReader } from './log-reader.ts';
import { RecentEvents } from './recent-events.ts';
import { ThreadWriter } from './thread-writer.ts';
import { InlineWriter } from './writer.ts';

export const EVENTS_FILE = 'events.db';

export interface SqliteEventStoreOptions {
  /** One process at a time; made if there is none. */
  readonly directory: string;
  readonly clock: Clock;
  /** `thread` (default) keeps commits off the caller's thread; `inline` blocks it for each. */
  readonly writer?: 'thread' | 'inline';
  /**
   * Called once, when a write failed in a way that leaves open what is in the file. The store serves nothing
   * from then on: end the process, the next one finds out.
   */
  readonly onFatal?: (cause: unknown) => void;
}

/** The event store in one SQLite file: durable at each answer, one process, no server. */
export class SqliteEventStore extends EventStore {
  readonly #lock: DirectoryLock;
  readonly #reader: LogReader;
  readonly #recent: RecentEvents;
  readonly #queue: AppendQueue;
  #unavailable: StoreUnavailable | undefined;

  private constructor(
    lock: DirectoryLock,
    reader: LogReader,
    writer: InlineWriter | ThreadWriter,
    options: SqliteEventStoreOptions,
  ) {
    super();
    this.#lock = lock;
    this.#reader = reader;
    this.#recent = new RecentEvents(writer.head);
    this.#queue = new AppendQueue({
      writer,
      clock: options.clock,
      recent: this.#recent,
      onStopped: (cause) => this.#stop(cause, options.onFatal),
    });
  }

  /** Throws DataDirectoryLocked and DataFileUnusable. */
  static async open(options: SqliteEventStoreOptions): Promise<SqliteEventStore> {
    const lock = DirectoryLock.take(options.directory);
    try {
      const file = join(options.directory, EVENTS_FILE);
      openWriter(file).close(); // Finds out here, where it can be told well, that a file cannot be used.
      const writer = options.writer === 'inline' ? new InlineWriter(file) : await ThreadWriter.open(file);
      return new SqliteEventStore(lock, new LogReader(file), writer, options);
    } catch (cause) {
      lock.release();
      throw cause;
    }
  }

  append(stream: string, expectedRevision: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    return this.#queue.append(stream, expectedRevision, events);
  }

  async readStream(
    stream: string,
    { fromRevision = 0, limit = READ_EVENTS_MAX }: { fromRevision?: number; limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    assertLimit(limit);
    return this.#read(() => this.#reader.readStream(stream, fromRevision, limit));
  }

  async readAll({ limit = READ_EVENTS_MAX, ...query }: LogQuery & { limit?: number }): Promise<LogPage> {
    assertLimit(limit);
    return this.#readAll(query, limit);
  }

  async *subscribe(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    const wake = (): void => this.#recent.wakeAll();
    signal.addEventListener('abort', wake);
    try {
      let { after } = query;
      while (!signal.aborted) {
        const page = this.#readAll({ ...query, after }, READ_EVENTS_MAX);
        if (page.position === after) {
          await this.#recent.movedPast(after);
          continue;
        }
        after = page.position;
        yield page;
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  async head(): Promise<number> {
    return this.#read(() => this.#recent.head);
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#unavailable ??= new StoreUnavailable('The store is closed.');
    this.#recent.wakeAll();
    this.#reader.close();
    this.#lock.release();
  }

  #readAll(query: LogQuery, limit: number): LogPage {
    return this.#read(
      () => this.#recent.read(query, limit) ?? this.#reader.readAll(query, limit, this.#recent.head),
    );
  }

  #read<Answer>(read: () => Answer): Answer {
    if (this.#unavailable) throw this.#unavailable;
    try {
      return read();
    } catch (cause) {
      throw new StoreUnavailable('The log cannot be read.', { cause });
    }
  }

  #stop(cause: unknown, onFatal: ((cause: unknown) => void) | undefined): void {
    this.#unavailable = new StoreUnavailable('The log has stopped after a failed write.', { cause });
    this.#recent.wakeAll();
    onFatal?.(cause);
  }
}

function assertLimit(limit: number): void {
  assert(
    Number.isSafeInteger(limit) && limit > 0 && limit <= READ_EVENTS_MAX,
    'a page limit within READ_EVENTS_MAX',
  );
}

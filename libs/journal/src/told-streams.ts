import { type EventStore, READ_EVENTS_MAX } from '#event-store';
import { emptyToldStream, evolveTold, type JournalEvent, type ToldStream } from '#inventory';

/** Lines of all streams kept in memory: near 1 kB each. The others are read when they are told of again. */
const CACHED_LINES_MAX = 10_000;

/**
 * The streams told of lately. Whoever changes one takes it out and puts it back once what was told is
 * written, so that nobody meets one that is half told; one that was given up is read again.
 */
export class ToldStreams {
  readonly #store: EventStore;
  /** In the order of their last use, oldest first. */
  readonly #cached = new Map<string, ToldStream>();
  #cachedLines = 0;

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** What is remembered of the stream; others may have told more of it since. */
  take(stream: string): ToldStream | undefined {
    const told = this.#cached.get(stream);
    if (told === undefined) return undefined;
    this.#cached.delete(stream);
    this.#cachedLines -= costOf(told);
    return told;
  }

  /** True if something of it is remembered. */
  has(stream: string): boolean {
    return this.#cached.has(stream);
  }

  put(stream: string, told: ToldStream): void {
    this.take(stream);
    this.#cached.set(stream, told);
    this.#cachedLines += costOf(told);
    if (this.#cachedLines > CACHED_LINES_MAX) this.#dropOldest();
  }

  /** The stream as the store has it now: takes what is remembered, and reads on from there. */
  async read(stream: string): Promise<ToldStream> {
    const told = this.take(stream) ?? emptyToldStream();
    await this.readOn(stream, told);
    return told;
  }

  /** Reads on to the end, or where it is known to end at least. */
  async readOn(stream: string, told: ToldStream, lastRevision = Number.POSITIVE_INFINITY): Promise<void> {
    while (told.revision < lastRevision) {
      const page = { fromRevision: told.revision + 1, limit: READ_EVENTS_MAX };
      const events = await this.#store.readStream(stream, page);
      if (events.length === 0) return;
      for (const event of events) evolveTold(told, event as typeof event & JournalEvent, event);
    }
  }

  #dropOldest(): void {
    for (const [stream, told] of this.#cached) {
      // The newest stays, however long: it is the one most likely told of again.
      if (this.#cachedLines <= CACHED_LINES_MAX || this.#cached.size === 1) return;
      this.#cached.delete(stream);
      this.#cachedLines -= costOf(told);
    }
  }
}

const costOf = ({ lineCount }: ToldStream): number => 1 + lineCount;

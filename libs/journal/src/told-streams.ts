import { type EventStore, isOfCategory, pagesOf } from '#event-store';
import {
  emptyToldStream,
  evolveTold,
  type FactRecorded,
  type JournalEvent,
  type Message,
  outlineDocument,
  outlinedAt,
  recallFact,
  SHORT_LINES_MAX,
  type ToldStream,
} from '#inventory';

/** Lines of all short streams kept in memory, at nearly 1 kB each. Other streams are read when more is told of them. */
const SHORT_CACHED_LINES_MAX = 10_000;
/** The same for long streams, of which few are told at a time: as much as two orders of the greatest length. */
const LONG_CACHED_LINES_MAX = 40_000;
/** Names of an outline that take as much memory as one line. */
const NAMES_PER_LINE = 128;

/**
 * The streams told of lately. To change a stream, take it out and put it back once the change is written, so that
 * nobody gets one with a half-written change; a stream that is never put back is read again. Long streams, which take
 * long to read, are kept apart, so that many short ones do not push them out.
 */
export class ToldStreams {
  readonly #store: EventStore;
  readonly #short = new Recent(SHORT_CACHED_LINES_MAX);
  readonly #long = new Recent(LONG_CACHED_LINES_MAX);

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** What is remembered of the stream; other processes may have recorded more since. */
  take(stream: string): ToldStream | undefined {
    return this.#short.take(stream) ?? this.#long.take(stream);
  }

  /** True if something of it is remembered. */
  has(stream: string): boolean {
    return this.#short.has(stream) || this.#long.has(stream);
  }

  put(stream: string, told: ToldStream): void {
    this.take(stream);
    outlineIfDocument(stream, told);
    (told.lineCount > SHORT_LINES_MAX ? this.#long : this.#short).put(stream, told);
  }

  /** The stream as the store has it now: takes what is remembered, and reads on from there. */
  async read(stream: string): Promise<ToldStream> {
    const told = this.take(stream) ?? emptyToldStream();
    await this.readOn(stream, told);
    return told;
  }

  /** Reads on to the end, or at least up to `lastRevision`. */
  async readOn(stream: string, told: ToldStream, lastRevision = Number.POSITIVE_INFINITY): Promise<void> {
    if (told.revision >= lastRevision) return;
    for await (const page of pagesOf(this.#store, stream, told.revision + 1)) {
      for (const event of page) evolveTold(told, event as typeof event & JournalEvent, event);
      outlineIfDocument(stream, told);
      if (told.revision >= lastRevision) return;
    }
  }

  /** Reads again the facts of a long document that have the names of these messages. */
  async recall(
    stream: string,
    told: ToldStream,
    drafts: readonly { readonly message: Message }[],
  ): Promise<void> {
    const messages = drafts.map(({ message }) => message);
    for (const revision of outlinedAt(told, messages)) {
      const [event] = await this.#store.readStream(stream, { fromRevision: revision, limit: 1 });
      if (event !== undefined && 'message' in event.data)
        recallFact(told, event.data as unknown as FactRecorded, event);
    }
  }
}

/** Keeps streams up to `linesMax` lines; those used longest ago are dropped first. */
class Recent {
  readonly #linesMax: number;
  /** In the order of their last use, oldest first. */
  readonly #streams = new Map<string, ToldStream>();
  #lines = 0;

  constructor(linesMax: number) {
    this.#linesMax = linesMax;
  }

  has(stream: string): boolean {
    return this.#streams.has(stream);
  }

  take(stream: string): ToldStream | undefined {
    const told = this.#streams.get(stream);
    if (told !== undefined) this.#drop(stream, told);
    return told;
  }

  put(stream: string, told: ToldStream): void {
    this.#streams.set(stream, told);
    this.#lines += costOf(told);
    for (const [oldest, its] of this.#streams) {
      // The newest stays, however long it is: more is most likely told of it.
      if (this.#lines <= this.#linesMax || oldest === stream) return;
      this.#drop(oldest, its);
    }
  }

  #drop(stream: string, told: ToldStream): void {
    this.#streams.delete(stream);
    this.#lines -= costOf(told);
  }
}

/** Only documents can be outlined: an order or a transfer is derived from all its facts. */
function outlineIfDocument(stream: string, told: ToldStream): void {
  if (isOfCategory(stream, 'document')) outlineDocument(told);
}

/** Its size in memory, in lines. */
function costOf({ lineCount, outline, facts }: ToldStream): number {
  if (outline === undefined) return 1 + lineCount;
  const kept = facts.reduce((sum, { message }) => sum + Math.max(1, message.data.lines?.length ?? 0), 0);
  return 1 + kept + Math.ceil(outline.length / NAMES_PER_LINE);
}

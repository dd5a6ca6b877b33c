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

/** Lines of all short streams kept in memory: near 1 kB each. The others are read when they are told of again. */
const SHORT_CACHED_LINES_MAX = 10_000;
/** Of all long ones, of which few are told at a time: two orders as long as they may be. */
const LONG_CACHED_LINES_MAX = 40_000;
/** Names of an outline that cost as much memory as a line. */
const NAMES_PER_LINE = 128;

/**
 * The streams told of lately. Whoever changes one takes it out and puts it back once what was told is
 * written, so that nobody meets one that is half told; one that was given up is read again. The long ones, which take
 * long to read, are kept apart: many short ones push none of them out.
 */
export class ToldStreams {
  readonly #store: EventStore;
  readonly #short = new Recent(SHORT_CACHED_LINES_MAX);
  readonly #long = new Recent(LONG_CACHED_LINES_MAX);

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** What is remembered of the stream; others may have told more of it since. */
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

  /** Reads on to the end, or where it is known to end at least. */
  async readOn(stream: string, told: ToldStream, lastRevision = Number.POSITIVE_INFINITY): Promise<void> {
    if (told.revision >= lastRevision) return;
    for await (const page of pagesOf(this.#store, stream, told.revision + 1)) {
      for (const event of page) evolveTold(told, event as typeof event & JournalEvent, event);
      outlineIfDocument(stream, told);
      if (told.revision >= lastRevision) return;
    }
  }

  /** Reads again what was told of a long document under the names of these messages. */
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

/** Up to so many lines, those used longest ago go first. */
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
      // The newest stays, however long: it is the one most likely told of again.
      if (this.#lines <= this.#linesMax || oldest === stream) return;
      this.#drop(oldest, its);
    }
  }

  #drop(stream: string, told: ToldStream): void {
    this.#streams.delete(stream);
    this.#lines -= costOf(told);
  }
}

/** Only of documents: an order or a transfer is derived from all that was told of it. */
function outlineIfDocument(stream: string, told: ToldStream): void {
  if (isOfCategory(stream, 'document')) outlineDocument(told);
}

/** In lines that are in memory. */
function costOf({ lineCount, outline, facts }: ToldStream): number {
  if (outline === undefined) return 1 + lineCount;
  const kept = facts.reduce((sum, { message }) => sum + Math.max(1, message.data.lines?.length ?? 0), 0);
  return 1 + kept + Math.ceil(outline.length / NAMES_PER_LINE);
}

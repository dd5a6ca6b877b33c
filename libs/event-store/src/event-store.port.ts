import type { Instant } from '#kernel';

/**
 * The append-only log in which the truth is kept, as named streams of events in one global order.
 * Every adapter passes `eventStoreContract`; only the wiring knows which one runs.
 * Reads may throw StoreUnavailable (retriable). Events handed out are shared: never change them.
 */
export abstract class EventStore {
  /**
   * Appends all the events or none, provided the stream's newest revision is `expectedRevision`
   * (`NO_STREAM` for a stream that does not exist). `written` is answered only once they are durable.
   * The same ids at the same expected revision again are answered `written` without being written twice.
   * Throws AppendTooLarge (before anything is tried) and StoreFull (nothing was written).
   */
  abstract append(
    stream: string,
    expectedRevision: number,
    events: readonly NewEvent[],
  ): Promise<AppendOutcome>;

  /**
   * Many appends at once, each for itself as `append` would do it: one that conflicts leaves the others alone.
   * Answers all of them, in their order. Appends to one stream are taken in their order. What `append` throws
   * for one of them is thrown for all, once each has come to its end: others may be written by then, and
   * saying the same again finds out.
   */
  async appendMany(appends: readonly Append[]): Promise<readonly AppendOutcome[]> {
    const tried = await Promise.allSettled(
      appends.map(({ stream, expectedRevision, events }) => this.append(stream, expectedRevision, events)),
    );
    return tried.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    });
  }

  /**
   * One page of a stream, oldest first, from `fromRevision` (default 0) on: `limit` events (default and most:
   * READ_EVENTS_MAX), or fewer where it ends. `pagesOf` reads all of them.
   */
  abstract readStream(
    stream: string,
    page?: { fromRevision?: number; limit?: number },
  ): Promise<readonly RecordedEvent[]>;

  /**
   * One page of the whole log, in order, of the events after `after`, only of the given categories if any
   * are named. `position` is how far was looked: continue from it. It equals the head when nothing is left.
   * Throws PositionUnknown where `after` is of another log, if the store can tell.
   */
  abstract readAll(page: LogQuery & { limit?: number }): Promise<LogPage>;

  /** The event that stands exactly there; undefined where none of this log does. */
  async eventAt(position: number): Promise<RecordedEvent | undefined> {
    const { events } = await this.readAll({ after: position - 1, limit: 1 });
    return events[0]?.position === position ? events[0] : undefined;
  }

  /**
   * Every event after `after`, in order and without a gap, then each new one as it comes, until `signal`
   * aborts. A page may be empty of events when others' categories went by: its `position` still grows.
   * The next page is asked for when the reader comes back: a slow reader costs no memory.
   */
  abstract subscribe(query: LogQuery, signal: AbortSignal): AsyncIterable<LogPage>;

  /** Position of the newest durable event; 0 in an empty log. */
  abstract head(): Promise<number>;

  abstract close(): Promise<void>;
}

/** The expected revision of a stream that must not exist yet. */
export const NO_STREAM = -1;
export const READ_EVENTS_MAX = 500;
/** Stored bytes of one event's JSON, and of all events of one append: EventStoreDB takes 1 MiB an append. */
export const APPEND_BYTES_MAX = 900_000;
/** Events one append may carry. */
export const APPEND_EVENTS_MAX = 2_000;

export interface NewEvent {
  /** A UUID. It stays the same over every retry of the same append. */
  readonly id: string;
  readonly type: string;
  /** Plain JSON data: no BigInt, no undefined array members, no Date. */
  readonly data: object;
}

/** One of many appends. */
export interface Append {
  readonly stream: string;
  readonly expectedRevision: number;
  readonly events: readonly NewEvent[];
}

export interface RecordedEvent<Data = object> {
  readonly id: string;
  readonly stream: string;
  /** Within the stream: 0, 1, 2, with no gap. */
  readonly revision: number;
  /** Among all events: it only grows, gaps are allowed, the first is at least 1. */
  readonly position: number;
  readonly type: string;
  readonly data: Data;
  /** When the store took it. Never falls as the position grows. */
  readonly recordedAt: Instant;
}

export type AppendOutcome =
  | {
      readonly outcome: 'written';
      /** Of the last event; those before it have the revisions just below. */
      readonly revision: number;
      /** Of each event, in order. */
      readonly positions: readonly number[];
      readonly recordedAt: Instant;
    }
  /** What stands at the actual revision can be read by now, as far as the store can bring it about. */
  | { readonly outcome: 'conflict'; readonly actualRevision: number }
  /** It may have been written or not: try again with the same ids at the same revision, then you know. */
  | { readonly outcome: 'unknown'; readonly cause: unknown };

export interface LogQuery {
  /** Exclusive: where an event stands, or one less to begin with it; 0 for the beginning. */
  readonly after: number;
  /** A stream's category is what stands before its first `-`. */
  readonly categories?: readonly string[];
}

export interface LogPage {
  readonly events: readonly RecordedEvent[];
  readonly position: number;
}

/** The folds of a picture ask for the same stream's, one after the other: it is cut once for all of them. */
let lastStream = '';
let lastCategory = '';

/** `order-web-1001` is of category `order`. */
export function categoryOf(stream: string): string {
  if (stream === lastStream) return lastCategory;
  const dash = stream.indexOf('-');
  lastStream = stream;
  return (lastCategory = dash < 0 ? stream : stream.slice(0, dash));
}

/** The same question without a new string for the answer: for those who ask it of every event. */
export const isOfCategory = (stream: string, category: string): boolean =>
  stream.startsWith(category) && (stream.length === category.length || stream[category.length] === '-');

/** True for each stream where no categories are named. */
export function isOfAny(stream: string, categories: readonly string[] | undefined): boolean {
  if (categories === undefined) return true;
  for (const category of categories) if (isOfCategory(stream, category)) return true;
  return false;
}

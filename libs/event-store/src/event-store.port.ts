import type { Instant } from '#kernel';

/**
 * The append-only log that holds the truth: named streams of events, in one global order.
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
   * Many appends at once, each by itself as with `append`: one that conflicts does not affect the others. Answers all of
   * them, in their order; appends to the same stream are made in that order. If `append` throws for one of them this throws
   * once all have ended: others may have been written, and the same call again finds that out.
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
   * One page of a stream, oldest first, from `fromRevision` (default 0) on: `limit` events (default and maximum:
   * READ_EVENTS_MAX), or fewer at its end. `pagesOf` reads all pages.
   */
  abstract readStream(
    stream: string,
    page?: { fromRevision?: number; limit?: number },
  ): Promise<readonly RecordedEvent[]>;

  /**
   * One page of the whole log, in order: events after `after`, only of the given categories if any are named. `position`
   * says how far the log was searched: continue from there. It equals the head when nothing is left.
   * Throws PositionUnknown if `after` is a position of another log, if the store can tell.
   */
  abstract readAll(page: LogQuery & { limit?: number }): Promise<LogPage>;

  /** The event at exactly this position; undefined if there is none. */
  async eventAt(position: number): Promise<RecordedEvent | undefined> {
    const { events } = await this.readAll({ after: position - 1, limit: 1 });
    return events[0]?.position === position ? events[0] : undefined;
  }

  /**
   * Every event after `after`, in order and without a gap, then each new one as it comes, until `signal` aborts. A page
   * has no events if only other categories' events came: its `position` still grows. The next page is read when the reader
   * asks for it: a slow reader costs no memory.
   */
  abstract subscribe(query: LogQuery, signal: AbortSignal): AsyncIterable<LogPage>;

  /** Position of the newest durable event; 0 in an empty log. */
  abstract head(): Promise<number>;

  abstract close(): Promise<void>;
}

/** The expected revision of a stream that must not exist yet. */
export const NO_STREAM = -1;
export const READ_EVENTS_MAX = 500;
/** Stored bytes of the JSON of all events of one append, and so of one event: EventStoreDB takes 1 MiB per append. */
export const APPEND_BYTES_MAX = 900_000;
/** Events of one append. */
export const APPEND_EVENTS_MAX = 2_000;

export interface NewEvent {
  /** A UUID. Every retry of an append must have the same one. */
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
  /** Its number in the stream: 0, 1, 2, without gaps. */
  readonly revision: number;
  /** Its place among all events: only grows, may have gaps, is at least 1. */
  readonly position: number;
  readonly type: string;
  readonly data: Data;
  /** When the store recorded it. Never less than that of an event before it. */
  readonly recordedAt: Instant;
}

export type AppendOutcome =
  | {
      readonly outcome: 'written';
      /** That of the last event; the others have the revisions just before it. */
      readonly revision: number;
      /** Of each event, in order. */
      readonly positions: readonly number[];
      readonly recordedAt: Instant;
    }
  /** The events up to the actual revision can be read by now, as far as the store can ensure that. */
  | { readonly outcome: 'conflict'; readonly actualRevision: number }
  /** It may have been written or not: try again with the same ids at the same revision, then you know. */
  | { readonly outcome: 'unknown'; readonly cause: unknown };

export interface LogQuery {
  /** Exclusive: the position of an event, or one less to begin with that event; 0 for the beginning. */
  readonly after: number;
  /** A stream's category is the part of its name before the first `-`. */
  readonly categories?: readonly string[];
}

export interface LogPage {
  readonly events: readonly RecordedEvent[];
  readonly position: number;
}

/** The folds of a picture ask about the same stream one after the other: its category is computed once for all of them. */
let lastStream = '';
let lastCategory = '';

/** `order-web-1001` is of the category `order`. */
export function categoryOf(stream: string): string {
  if (stream === lastStream) return lastCategory;
  const dash = stream.indexOf('-');
  lastStream = stream;
  return (lastCategory = dash < 0 ? stream : stream.slice(0, dash));
}

/** Compares without making a string of the category: for callers that ask it of every event. */
export const isOfCategory = (stream: string, category: string): boolean =>
  stream.startsWith(category) && (stream.length === category.length || stream[category.length] === '-');

/** True for every stream if no categories are named. */
export function isOfAny(stream: string, categories: readonly string[] | undefined): boolean {
  if (categories === undefined) return true;
  for (const category of categories) if (isOfCategory(stream, category)) return true;
  return false;
}

import type { Instant } from '#kernel';

/**
 * What the caller's thread sends to the writer at once: appends and their events as parallel arrays, which are passed to
 * another thread at a fraction of the cost of one object each.
 */
export interface Batch {
  /** By the caller's clock. */
  readonly now: Instant;
  /** Per append. */
  readonly streams: readonly string[];
  readonly expectedRevisions: readonly number[];
  readonly eventCounts: readonly number[];
  /** Per event, over all appends in order: 16 bytes each. */
  readonly ids: Uint8Array;
  readonly types: readonly string[];
  /** JSON text. */
  readonly data: readonly string[];
  /** Size of all that JSON. */
  readonly bytes: number;
}

/** The most that one commit contains: this limits how long a caller waits for the others in it. */
export const COMMIT_EVENTS_MAX = 4_000;
export const COMMIT_BYTES_MAX = 4 * 1024 * 1024;

/** The outcome of a batch. `recordedAt` is for events that were written now. */
export interface BatchWritten {
  readonly outcome: 'committed';
  readonly recordedAt: Instant;
  /** Newest position of the log after this batch. */
  readonly head: number;
  readonly appends: readonly AppendWritten[];
  /** Per append: the stream's number in the file if it was written now, else 0. */
  readonly streamIds: readonly number[];
  /** The index of streams in the file has all events up to this position. */
  readonly settledThrough: number;
}

/**
 * Per append: the position of the first of its events, if it was written now (the others follow it); else the outcome of an
 * append that was not.
 */
export type AppendWritten =
  | number
  | { readonly outcome: 'conflict'; readonly actualRevision: number }
  | { readonly outcome: 'repeated'; readonly positions: readonly number[]; readonly recordedAt: Instant };

export type BatchFailed =
  /** No room on the disk, or another program has locked the file: nothing was written, and the log goes on. */
  | { readonly outcome: 'refused'; readonly reason: 'full' | 'busy'; readonly cause: unknown }
  /** It may have been written or not, and the log has stopped. */
  | { readonly outcome: 'unknown'; readonly cause: unknown }
  /** The log had stopped before: nothing was tried. */
  | { readonly outcome: 'stopped'; readonly cause: unknown };

export type BatchResult = BatchWritten | BatchFailed;

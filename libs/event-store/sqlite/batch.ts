import type { Instant } from '#kernel';

/**
 * What the caller's thread hands to the writer at once: appends and their events as arrays side by side,
 * which cross to another thread at a fraction of the cost of an object each.
 */
export interface Batch {
  /** The caller's clock. */
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
  /** Length of all that JSON. */
  readonly bytes: number;
}

/** One commit carries at most so much: it bounds how long a caller waits for the others in it. */
export const COMMIT_EVENTS_MAX = 4_000;
export const COMMIT_BYTES_MAX = 4 * 1024 * 1024;

/** What came of a batch, per append; `recordedAt` is for what was written now. */
export interface BatchWritten {
  readonly outcome: 'committed';
  readonly recordedAt: Instant;
  /** Newest position of the log after this batch. */
  readonly head: number;
  readonly appends: readonly AppendWritten[];
  /** Per append that was written now: the stream's number in the file; 0 for others. */
  readonly streamIds: readonly number[];
  /** The index of streams in the file has all events up to this position. */
  readonly settledThrough: number;
}

/**
 * Per append: the position of the first of its events, if it was written now (the others follow it); else how
 * it stood.
 */
export type AppendWritten =
  | number
  | { readonly outcome: 'conflict'; readonly actualRevision: number }
  | { readonly outcome: 'repeated'; readonly positions: readonly number[]; readonly recordedAt: Instant };

export type BatchFailed =
  /** No room on the disk, or another program holds the file: nothing of it was written, the log goes on. */
  | { readonly outcome: 'refused'; readonly reason: 'full' | 'busy'; readonly cause: unknown }
  /** It may be written or not, and the log has stopped. */
  | { readonly outcome: 'unknown'; readonly cause: unknown }
  /** The log had stopped before: nothing of it was tried. */
  | { readonly outcome: 'stopped'; readonly cause: unknown };

export type BatchResult = BatchWritten | BatchFailed;

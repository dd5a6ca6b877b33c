import type { status } from '@grpc/grpc-js';

/** What happens to one append. */
export type AppendFault =
  /** Never written, never answered. */
  | 'ignored'
  /** Written, and the answer is lost. */
  | 'written, not answered'
  /** The stream or call it came on ends cleanly, before or after it was written. */
  | 'stream ends'
  | 'written, stream ends'
  /** The stream or call it came on fails. */
  | 'stream breaks'
  | 'written, stream breaks'
  | 'not leader'
  | 'access denied'
  /** It starts, or looks for a leader. */
  | 'not ready'
  /** Not enough nodes have it within the server's own time: it may be written all the same. */
  | 'timed out'
  | 'written, timed out'
  /** Written, and indexed and answered after that many milliseconds; until then nobody reads it, a repeat is dropped. */
  | { readonly lateMs: number };

export type ReadFault =
  | 'never answers'
  | 'unavailable'
  | 'access denied'
  /** The password is wrong, or the server is so new that it has not made its users yet. */
  | 'user unknown'
  | 'ends at once'
  /** Trouble in the network or the server that passes: the client has no name for either. */
  | 'internal'
  | 'unknown'
  /** As a position at which no record begins: a server says the same of whatever fails in reading, also if it passes. */
  | 'refused'
  /** A subscription is told a checkpoint at the head before any event, and then ends. */
  | 'checkpoint ahead';

/** What a test lets go wrong: one fault for each call to come, in order; `undefined` lets one pass. */
export class Faults {
  readonly appends: (AppendFault | undefined)[] = [];
  readonly reads: (ReadFault | undefined)[] = [];
  readonly subscriptions: (ReadFault | undefined)[] = [];
  /** Where `not leader` sends to. */
  leader = { host: '127.0.0.1', port: 1 };
  /** Append limit of the server, in bytes. */
  maxAppendBytes = 1_048_576;
  /** And of one event, which servers know since 24.10: by default none there, and 16 MB since 25.1. */
  maxEventBytes = Infinity;
  /** What is written is read, and answered, so many milliseconds later: it is flushed, replicated and indexed first. */
  indexMs = 0;
  /** Milliseconds added to the server's clock. */
  clockOffsetMs = 0;
  /**
   * A live subscription that is more events behind is dropped, as servers from 21.10.7 on do before 24.2: they have
   * two buffers of 32. By default, as since 24.2, none is.
   */
  liveEventsMax = Infinity;
}

export interface ScriptedError {
  readonly code: status;
  readonly details: string;
  readonly exception?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

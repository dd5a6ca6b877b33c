import type { Arrival, Rejection } from '#inventory';
import type { Instant } from '#kernel';

/** A topic that messages come in by. */
export interface EventTopic {
  readonly topic: string;
  /** No other source may speak there. */
  readonly source?: string;
}

/** Where messages go: the journal, as this room sees it. */
export interface MessageDoor {
  /**
   * Takes what arrived, durably, and answers in its order. Throws Faults while the store cannot serve, or until somebody
   * has mended it: the same again is then right, what was written by then ends as a duplicate.
   */
  accept(
    arrivals: readonly Arrival[],
    by: { readonly door: string; readonly identity?: string },
  ): Promise<readonly Ended[]>;
}

/** How a message ended, as far as this room needs to know. */
export interface Ended {
  readonly outcome: 'accepted' | 'duplicate' | 'parked' | 'rejected';
  /** Where it is in the log, and since when. */
  readonly position: number;
  readonly recordedAt: Instant;
  /** Why it was rejected. */
  readonly error?: Rejection;
}

import type { Arrival, Rejection } from '#inventory';
import type { Instant } from '#kernel';

/** A topic of incoming messages. */
export interface EventTopic {
  readonly topic: string;
  /** If set, no other source may write there. */
  readonly source?: string;
}

/** The journal, as this room uses it. */
export interface MessageDoor {
  /**
   * Takes messages durably, and answers in their order. Throws a Fault while the store cannot serve: then give it the same
   * messages again; those that were written already end as duplicates.
   */
  accept(
    arrivals: readonly Arrival[],
    by: { readonly door: string; readonly identity?: string },
  ): Promise<readonly Ended[]>;
}

/** How a message ended, as far as this room needs to know. */
export interface Ended {
  readonly outcome: 'accepted' | 'duplicate' | 'parked' | 'rejected';
  /** Its position in the log, and when it was recorded there. */
  readonly position: number;
  readonly recordedAt: Instant;
  /** Why it was rejected. */
  readonly error?: Rejection;
}

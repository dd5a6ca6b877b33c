import type { Wanted } from './lane.ts';
import type { OutgoingRecord } from './topic-link.ts';

/** A record that is to be written now. */
export interface Telling extends Wanted {
  readonly version: number;
  readonly record: OutgoingRecord;
}

/** The newest value that the topic holds of a key. */
export interface Held {
  readonly key: string;
  readonly version: number;
  readonly partition: number;
}

/** What one topic is told: where the newest values come from, and how missing ones are found. */
export interface Teller {
  /** True if values must be told in the log's order. */
  readonly isInLogOrder: boolean;
  /**
   * The topic has been read to its end: from here on `missing` looks for what it does not hold. `isAnew`: the topic was made
   * anew, and what it holds was written before that was noticed: it does not say what else was told.
   */
  begin(partitions: number, isAnew: boolean): void;
  /**
   * Some of what the topic does not hold, in the order in which it must be told. Undefined once there is no more: from then
   * on all changes come by the publisher's `changed`. Throws StoreUnavailable.
   */
  missing(): Promise<readonly Wanted[]> | undefined;
  /** False if `missing` covers the change. */
  isNews(change: Wanted): boolean;
  /** Those of them that should be told now, with their newest values. Throws StoreUnavailable. */
  tellings(wanted: readonly Wanted[]): Promise<readonly Telling[]> | readonly Telling[];
  /** A record was read back, in order within its partition. `version`: undefined for a tombstone or a record not ours. */
  holds(key: string, version: number | undefined, partition: number): void;
  /** What the topic should hold instead; undefined if the value is the newest, or the newer one is on its way. */
  mend(held: Held): Promise<Wanted | undefined> | Wanted | undefined;
  /** The topic is about to be read from its start: forgets all that was known of it. */
  forget(): void;
}

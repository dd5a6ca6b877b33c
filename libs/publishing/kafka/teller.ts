import type { Wanted } from './lane.ts';
import type { OutgoingRecord } from './topic-link.ts';

/** A record that is to be written now. */
export interface Telling extends Wanted {
  readonly version: number;
  readonly record: OutgoingRecord;
}

/** The newest that the topic holds of a key. */
export interface Held {
  readonly key: string;
  readonly version: number;
  readonly partition: number;
}

/** What one topic tells: where its newest values come from, and how what is missing in it is found. */
export interface Teller {
  /** True where it must be told in the order in which it last changed. */
  readonly isInLogOrder: boolean;
  /**
   * The topic has been read to its end: from here on `missing` looks for what it does not hold. `isAnew`: what it holds was
   * written before it was known to be another topic, and says nothing of what else it has.
   */
  begin(partitions: number, isAnew: boolean): void;
  /**
   * Some of what the topic does not hold, in the order in which it must be told. Undefined once there is no more: from then
   * on all changes come by `changed` of the publisher. Throws StoreUnavailable.
   */
  missing(): Promise<readonly Wanted[]> | undefined;
  /** False where the change is older than what `missing` has looked at. */
  isNews(change: Wanted): boolean;
  /** Those of them that are to be told now, with their newest values. Throws StoreUnavailable. */
  tellings(wanted: readonly Wanted[]): Promise<readonly Telling[]> | readonly Telling[];
  /** Read back; in order within a partition. `undefined` as version: a tombstone, or nothing of ours. */
  holds(key: string, version: number | undefined, partition: number): void;
  /** What the topic should hold instead; undefined where the value is the newest, or the newer is on its way. */
  mend(held: Held): Promise<Wanted | undefined> | Wanted | undefined;
  /** The topic is read from its start: nothing is known of it yet. */
  forget(): void;
}

/** One record as it is to be written. */
export interface OutgoingRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One record as it was read back. */
export interface ReadRecord {
  readonly offset: number;
  readonly key: string | undefined;
  /** Null for a tombstone. */
  readonly value: Uint8Array | null;
}

/** What a partition holds: offsets from `low` to below `high`. */
export interface Extent {
  readonly low: number;
  readonly high: number;
}

/** What reads along with everything that is written to the topic, by whomever. */
export interface TopicReader {
  /** Records of one partition, in order; `next` is the offset behind the last of them. Must not throw. */
  read(partition: number, records: readonly ReadRecord[], next: number): void;
}

/**
 * One topic, as the publisher needs it. What a call throws may have happened or not, but for RecordTooLarge:
 * that was refused. A value is absolute and has a version, so that the same one again is harmless.
 */
export interface TopicLink {
  readonly topic: string;
  /**
   * Resolves with what each partition holds now, undefined where nobody leads it; they are never added to or taken away.
   * Throws where the topic is not there or cannot be read.
   */
  extents(): Promise<readonly (Extent | undefined)[]>;
  /** Resolves with the offset of the first one once all replicas in sync have them all. One call a partition at a time. */
  send(partition: number, records: readonly OutgoingRecord[]): Promise<number>;
  /** Reads the topic from its start to its end and on, until `signal` aborts. Throws where that cannot go on. */
  follow(reader: TopicReader, signal: AbortSignal): Promise<void>;
}

/** The broker takes no such record, or no so large batch. */
export class RecordTooLarge extends Error {
  override readonly name = 'RecordTooLarge';
}

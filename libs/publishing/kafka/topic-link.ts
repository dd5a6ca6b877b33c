import type { Extent } from '#kafka';

/** One record to be written. */
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

/** Gets every record of the topic, whoever wrote it. */
export interface TopicReader {
  /** Records of one partition, in order; `next` is the offset after the last of them. Must not throw. */
  read(partition: number, records: readonly ReadRecord[], next: number): void;
}

/**
 * One topic, as the publisher needs it. If `send` throws, the records may have been written or not, except for
 * RecordTooLarge: then they were not. Values are absolute and have versions, so that writing one again is harmless.
 */
export interface TopicLink {
  readonly topic: string;
  /**
   * Resolves with what each partition holds now, undefined for one without a leader. Partitions are never taken away.
   * Throws if the topic does not exist or cannot be read.
   */
  extents(): Promise<readonly (Extent | undefined)[]>;
  /** Resolves with the offset of the first record once all in-sync replicas have all. One call at a time per partition. */
  send(partition: number, records: readonly OutgoingRecord[]): Promise<number>;
  /** Reads the topic from its start, and goes on with new records until `signal` aborts. Throws if it cannot go on. */
  follow(reader: TopicReader, signal: AbortSignal): Promise<void>;
}

/** A record, or a batch, is larger than the broker takes. */
export class RecordTooLarge extends Error {
  override readonly name = 'RecordTooLarge';
}

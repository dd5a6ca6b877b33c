import type { Extent } from '#kafka';
import { Fault } from '#kernel';
import type { Held } from './teller.ts';
import { versionOf } from './topic-record.ts';
import type { ReadRecord, TopicReader } from './topic-link.ts';

interface ReadBackParts {
  /** Called for each record, in order within its partition. `version` is undefined for a tombstone or a record not ours. */
  readonly holds: (held: Held, version: number | undefined) => void;
  /** Everything below `next` was read. */
  readonly passed: (partition: number, next: number) => void;
  /** All that was expected has been read. */
  readonly current: () => void;
  /** Records with offsets that were read before have come: the reader has begun again, or the topic was made anew. */
  readonly again: () => void;
}

/** A partition ends before what was read of it: the topic was made anew, and must be read from its start. */
export class TopicMadeAnew extends Fault {
  readonly code = 'KAFKA_TOPIC_MADE_ANEW';
  readonly retriable = true;

  constructor(partition: number) {
    super(
      `Partition ${partition} has lost records that were there before: it is written again from its start.`,
    );
  }
}

/** Records at the start of a partition are gone, newest values among them: compaction alone never does that. */
class RecordsDeleted extends Fault {
  readonly code = 'KAFKA_RECORDS_DELETED';
  readonly retriable = true;

  constructor(partition: number) {
    super(
      `Records of partition ${partition} were deleted: the topic's cleanup.policy must be compact, and nothing else. ` +
        'It is read again, and missing numbers are written again; orders only after the topic is recreated.',
    );
  }
}

/** How far each partition was read, and whether that is as far as expected. */
export class ReadBack implements TopicReader {
  readonly #parts: ReadBackParts;
  readonly #next: number[];
  readonly #expected: number[];
  /** The first offset of each partition when it was first asked for. */
  readonly #lows: number[] = [];
  #behind: number;

  constructor(partitions: number, parts: ReadBackParts) {
    this.#parts = parts;
    this.#next = new Array<number>(partitions).fill(0);
    this.#expected = new Array<number>(partitions).fill(0);
    this.#behind = 0;
  }

  /** True if everything has been read that the topic held when it was last asked. */
  get isCurrent(): boolean {
    return this.#behind === 0;
  }

  /** The offset below which everything of the partition was read. */
  next(partition: number): number {
    return this.#next[partition] ?? 0;
  }

  /** How far each partition was read by now. Take it before asking for the extents that `expect` and `check` compare. */
  get places(): readonly number[] {
    return [...this.#next];
  }

  /** Expects that all of these extents are read. Throws TopicMadeAnew and RecordsDeleted. */
  expect(extents: readonly (Extent | undefined)[], read: readonly number[] = this.#next): void {
    this.check(extents, read);
    for (const [partition, extent] of extents.entries()) {
      // Without a leader it cannot be read: the earlier expectation stays, and later records are mended when they come.
      if (partition >= this.#next.length || extent === undefined) continue;
      const { low, high } = extent;
      // Of an empty partition no record will come.
      this.#expected[partition] = low === high ? 0 : high;
    }
    this.#count();
  }

  /**
   * Throws TopicMadeAnew if the topic ends before what was `read` of it when it was asked (more may have been read since),
   * and RecordsDeleted if it begins later than it did.
   */
  check(extents: readonly (Extent | undefined)[], read: readonly number[] = this.#next): void {
    for (const [partition, extent] of extents.entries()) {
      if (extent === undefined) continue;
      if (extent.high < (read[partition] ?? 0)) throw new TopicMadeAnew(partition);
      if (extent.low > (this.#lows[partition] ??= extent.low)) throw new RecordsDeleted(partition);
    }
  }

  read(partition: number, records: readonly ReadRecord[], next: number): void {
    if (partition >= this.#next.length) return;
    if (records.length > 0 && records[0]!.offset < this.#next[partition]!) this.#parts.again();
    for (const record of records) {
      if (record.offset >= this.#next[partition]!) this.#readOne(partition, record);
    }
    if (next > this.#next[partition]!) this.#next[partition] = next;
    this.#parts.passed(partition, this.#next[partition]!);
    if (this.#behind > 0) this.#count();
  }

  #readOne(partition: number, { key, value }: ReadRecord): void {
    if (key === undefined) return;
    const version = versionOf(value);
    this.#parts.holds({ key, version: version ?? 0, partition }, version);
  }

  #count(): void {
    this.#behind = this.#expected.filter((high, partition) => this.#next[partition]! < high).length;
    if (this.#behind === 0) this.#parts.current();
  }
}

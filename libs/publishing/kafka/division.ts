import { Fault } from '#kernel';
import { partitionOf } from './partition-of.ts';

/** Somebody has added partitions to a compacted topic: it is told on as before, and its readers lose nothing. */
class PartitionsAdded extends Fault {
  readonly code = 'KAFKA_PARTITIONS_ADDED';
  readonly retriable = false;

  constructor(topic: string, before: number, now: number) {
    super(
      `${topic} has ${now} partitions now, and its keys are divided among ${before}: they stay where they are, and what was ` +
        'added stays empty. For more partitions make a topic of another name, and set it in place of this one.',
    );
  }
}

/**
 * Among how many of its partitions a topic divides its keys. Partitions can be added to a topic, and a key that moved would
 * leave its old value behind for good: where its keys stand says how many there were when the first was written.
 */
export class Division {
  readonly #topic: string;
  readonly #partitions: number;
  /** Those by which all keys that were read stand where they do, the greatest first. */
  #fitting: readonly number[];
  #isSettled = false;

  constructor(topic: string, partitions: number) {
    this.#topic = topic;
    this.#partitions = partitions;
    this.#fitting = Array.from({ length: partitions }, (_, fewer) => partitions - fewer);
  }

  /** Where somebody else has put keys elsewhere, none fits: then all count. */
  get among(): number {
    return this.#fitting[0] ?? this.#partitions;
  }

  /** A key of ours was read. */
  stands(key: string, partition: number): void {
    if (this.#isSettled) return; // Each record that is read back comes here.
    const fits = (count: number): boolean => partitionOf(key, count) === partition;
    if (!this.#fitting.every(fits)) this.#fitting = this.#fitting.filter(fits);
  }

  /** The topic was read: from here on whatever stands there changes nothing. */
  settle(): void {
    this.#isSettled = true;
  }

  /** Now that the topic has so many. */
  added(partitions: number): PartitionsAdded | undefined {
    if (!this.#isSettled || partitions <= this.among) return undefined;
    return new PartitionsAdded(this.#topic, this.among, partitions);
  }
}

import { Fault } from '#kernel';
import { partitionOf } from './partition-of.ts';

/** Somebody has added partitions to a compacted topic. Keys stay in their partitions, and readers lose nothing. */
class PartitionsAdded extends Fault {
  readonly code = 'KAFKA_PARTITIONS_ADDED';
  readonly retriable = false;

  constructor(topic: string, before: number, now: number) {
    super(
      `${topic} now has ${now} partitions, but its keys are divided among ${before}: they stay there, and the partitions ` +
        'that were added stay empty. To have more partitions, create a topic with another name and set that one.',
    );
  }
}

/**
 * Among how many of a topic's partitions its keys are divided. If partitions are added to a topic, its keys must not move: a
 * key that moved would leave its old value in its old partition for good. So the number of partitions that there were at
 * first is inferred from where the keys are.
 */
export class Division {
  readonly #topic: string;
  readonly #partitions: number;
  /** The numbers of partitions that explain where all keys read so far are, the greatest first. */
  #fitting: readonly number[];
  #isSettled = false;

  constructor(topic: string, partitions: number) {
    this.#topic = topic;
    this.#partitions = partitions;
    this.#fitting = Array.from({ length: partitions }, (_, fewer) => partitions - fewer);
  }

  /** If no number fits, because somebody else has written keys elsewhere, all partitions count. */
  get among(): number {
    return this.#fitting[0] ?? this.#partitions;
  }

  /** A key of ours was read in this partition. */
  stands(key: string, partition: number): void {
    if (this.#isSettled) return; // Cheap, for this is called for each record that is read back.
    const fits = (count: number): boolean => partitionOf(key, count) === partition;
    if (!this.#fitting.every(fits)) this.#fitting = this.#fitting.filter(fits);
  }

  /** The topic has been read: from here on the number stays as it is. */
  settle(): void {
    this.#isSettled = true;
  }

  /** The fault to report if the topic, which now has so many partitions, has more than its keys are divided among. */
  added(partitions: number): PartitionsAdded | undefined {
    if (!this.#isSettled || partitions <= this.among) return undefined;
    return new PartitionsAdded(this.#topic, this.among, partitions);
  }
}

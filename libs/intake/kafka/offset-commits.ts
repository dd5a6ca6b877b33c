import type { Consumer } from 'kafkajs';
import type { KafkaLog } from '#kafka';
import type { PartitionIntake } from './partition-intake.ts';
import { markText } from './start-offset.ts';

/** The longest time from the end of a record to its commit. After a crash in between the record is read again, as a repeat. */
const COMMIT_AFTER_MS = 200;

interface OffsetCommitsParts {
  readonly consumer: Pick<Consumer, 'commitOffsets'>;
  readonly log: KafkaLog;
  /** The longest time from the end of a record to its commit; default 200 ms. */
  readonly commitAfterMs?: number | undefined;
}

/**
 * Commits the offsets of records that have ended, by a timer that runs only while there is something to commit. So the fetch
 * loop never waits for a commit, which newer coordinators delay by some 10 ms on purpose.
 */
export class OffsetCommits {
  readonly #parts: OffsetCommitsParts;
  readonly #dirty = new Map<PartitionIntake, number>();
  readonly #committed = new WeakSet<PartitionIntake>();
  #timer: NodeJS.Timeout | undefined;
  #committing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: OffsetCommitsParts) {
    this.#parts = parts;
  }

  /** The partition has come further. */
  reached(intake: PartitionIntake): void {
    if (intake.next === undefined || this.#isClosed) return;
    this.#dirty.set(intake, intake.next);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.commit();
    }, this.#parts.commitAfterMs ?? COMMIT_AFTER_MS).unref();
  }

  /** The partition is another process's now: a commit of ours would overwrite that one's. */
  forget(intake: PartitionIntake): void {
    this.#dirty.delete(intake);
  }

  /** The brokers already had a commit of the partition when we began. */
  found(intake: PartitionIntake): void {
    this.#committed.add(intake);
  }

  /** True if the brokers have a commit of the partition. */
  hasCommitted(intake: PartitionIntake): boolean {
    return this.#committed.has(intake);
  }

  /** Commits now; only one commit is under way at a time. One that fails is repeated with the next. */
  commit(): Promise<void> {
    this.#committing = this.#committing.then(() => this.#commit());
    return this.#committing;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #commit(): Promise<void> {
    const told = [...this.#dirty];
    if (told.length === 0) return;
    const offsets = told.map(([{ place, mark }, next]) => ({
      ...place,
      offset: String(next),
      metadata: mark === undefined ? null : markText(mark),
    }));
    try {
      await this.#parts.consumer.commitOffsets(offsets);
      for (const [intake, next] of told) {
        this.#committed.add(intake);
        if (this.#dirty.get(intake) === next) this.#dirty.delete(intake);
      }
    } catch (err) {
      // The group may be rebalancing: the partition's next owner begins at the last commit.
      this.#parts.log.debug({ err }, 'offsets were not committed: they are committed with the next ones');
    }
    const [waiting] = this.#dirty.keys();
    if (waiting !== undefined) this.reached(waiting);
  }
}

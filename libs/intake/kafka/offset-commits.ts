import type { Consumer } from 'kafkajs';
import type { KafkaLog } from '#kafka';
import type { PartitionIntake } from './partition-intake.ts';
import { markText } from './start-offset.ts';

/** After a record has ended its offset is committed within this time; a crash in between makes repeats. */
const COMMIT_AFTER_MS = 200;

interface OffsetCommitsParts {
  readonly consumer: Pick<Consumer, 'commitOffsets'>;
  readonly log: KafkaLog;
  /** How long what has ended may go uncommitted; default 200 ms. */
  readonly commitAfterMs?: number | undefined;
}

/**
 * Commits what has ended, from a timer that only runs while there is something to commit: the fetch loop never
 * waits for it. Newer coordinators answer a commit some 10 ms late on purpose.
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

  /** It is somebody else's now: what we committed would take his place. */
  forget(intake: PartitionIntake): void {
    this.#dirty.delete(intake);
  }

  /** The brokers know of it already, when we begin. */
  found(intake: PartitionIntake): void {
    this.#committed.add(intake);
  }

  /** True if the brokers have said that an offset of it is committed. */
  hasCommitted(intake: PartitionIntake): boolean {
    return this.#committed.has(intake);
  }

  /** Commits now what there is; one after the other. A commit that fails is tried again with the next one. */
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
      // The group may be on its way to another deal: whoever has the partition then begins where the last commit was.
      this.#parts.log.debug({ err }, 'offsets were not committed: they are committed with the next ones');
    }
    const [waiting] = this.#dirty.keys();
    if (waiting !== undefined) this.reached(waiting);
  }
}

import type { ChoreThread } from './chore-thread.ts';
import type { CheckpointMode, Checkpointed } from './chores.worker.ts';
import { PAGE_BYTES } from './schema.ts';

/** Stored bytes after which the write-ahead log is carried into the file. */
const CHECKPOINT_AFTER_BYTES = 4 * 1024 * 1024;
/** A log this long begins anew, at the cost of a short wait of the writer. */
const WAL_PAGES_MAX = (64 * 1024 * 1024) / PAGE_BYTES;
/** What may be left to do for that wait to be short: a few milliseconds. */
const PAGES_LEFT_MAX = (2 * 1024 * 1024) / PAGE_BYTES;
/** While the writer is as fast as we are, it will not get better. */
const PASSIVE_ROUNDS_MAX = 8;
const IDLE_AFTER_MS = 1_000;

/**
 * Carries the write-ahead log into the file beside the writer, which would otherwise stop for it: that is what
 * the slowest appends waited for. When nothing is written for a while, the log is emptied.
 */
export class Checkpointer {
  readonly #thread: ChoreThread;
  readonly #onFailed: (cause: unknown) => void;
  #bytes = 0;
  #commits = 0;
  #isUnderWay = false;
  #isClosed = false;
  #isIdleDue: NodeJS.Timeout | undefined;
  #holds = 0;

  /** `onFailed`: the log could not be carried over, and a second try would prove nothing. */
  constructor(thread: ChoreThread, onFailed: (cause: unknown) => void) {
    this.#thread = thread;
    this.#onFailed = onFailed;
  }

  /** To be told of everything that was committed. */
  written(bytes: number): void {
    this.#bytes += bytes;
    this.#commits++;
    if (this.#bytes >= CHECKPOINT_AFTER_BYTES) this.#begin(() => this.#shorten());
    if (this.#isIdleDue === undefined && !this.#isClosed) this.#watchForIdleness();
  }

  /** While someone reads one state of the file for long, the log must not begin anew: it would wait for him. */
  async during<Answer>(reading: () => Promise<Answer>): Promise<Answer> {
    this.#holds++;
    try {
      return await reading();
    } finally {
      this.#holds--;
    }
  }

  /** Begins nothing any more. */
  close(): void {
    clearTimeout(this.#isIdleDue);
    this.#isClosed = true;
  }

  #begin(work: () => Promise<void>): void {
    if (this.#isUnderWay || this.#isClosed) return;
    this.#isUnderWay = true;
    this.#bytes = 0;
    void work().finally(() => (this.#isUnderWay = false));
  }

  async #shorten(): Promise<void> {
    for (let round = 0; round < PASSIVE_ROUNDS_MAX; round++) {
      const state = await this.#run('PASSIVE');
      if (state === undefined || state.walPages < WAL_PAGES_MAX || this.#holds > 0) return;
      if (state.pagesLeft <= PAGES_LEFT_MAX) break;
    }
    await this.#run('RESTART');
  }

  #watchForIdleness(): void {
    const commits = this.#commits;
    this.#isIdleDue = setTimeout(() => {
      this.#isIdleDue = undefined;
      if (this.#commits !== commits || this.#isUnderWay || this.#holds > 0) return this.#watchForIdleness();
      this.#begin(() => this.#empty());
    }, IDLE_AFTER_MS).unref();
  }

  async #empty(): Promise<void> {
    const commits = this.#commits;
    const state = await this.#run('PASSIVE');
    if (state !== undefined && this.#commits === commits && this.#holds === 0) await this.#run('TRUNCATE');
  }

  async #run(mode: CheckpointMode): Promise<Checkpointed | undefined> {
    const answer = await this.#thread.do({ kind: 'checkpoint', mode });
    if (answer.kind === 'failed') this.#onFailed(answer.cause);
    return answer.kind === 'checkpointed' ? answer : undefined;
  }
}

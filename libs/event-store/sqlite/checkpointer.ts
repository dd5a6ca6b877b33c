import type { ChoreThread } from './chore-thread.ts';
import type { CheckpointMode, Checkpointed } from './chores.worker.ts';
import { PAGE_BYTES } from './schema.ts';

/** After so many stored bytes the write-ahead log is carried into the file. */
const CHECKPOINT_AFTER_BYTES = 4 * 1024 * 1024;
/** Or so many commits: a commit of a few bytes writes several whole pages, so its bytes say nothing of the write-ahead log. */
const CHECKPOINT_AFTER_COMMITS = 500;
/** A write-ahead log of this size is restarted, for which the writer has to wait briefly. */
const WAL_PAGES_MAX = (64 * 1024 * 1024) / PAGE_BYTES;
/** The most that may be left to do for that wait to be short: a few milliseconds. */
const PAGES_LEFT_MAX = (2 * 1024 * 1024) / PAGE_BYTES;
/** Rounds before giving up for now: if the writer is as fast as we are, more of them do not help. */
const PASSIVE_ROUNDS_MAX = 8;
const IDLE_AFTER_MS = 1_000;

/**
 * Carries the write-ahead log into the file on another thread. By default SQLite does it within a commit: that is what the
 * slowest appends waited for. When nothing has been written for a while, the write-ahead log is emptied.
 */
export class Checkpointer {
  readonly #thread: ChoreThread;
  readonly #onFailed: (cause: unknown) => void;
  #bytes = 0;
  #commits = 0;
  #commitsAtLast = 0;
  #isUnderWay = false;
  #isClosed = false;
  #isIdleDue: NodeJS.Timeout | undefined;
  #holds = 0;

  /** `onFailed`: called if the write-ahead log could not be carried over; a second try would prove nothing. */
  constructor(thread: ChoreThread, onFailed: (cause: unknown) => void) {
    this.#thread = thread;
    this.#onFailed = onFailed;
  }

  /** Call it with the size of everything that was committed. */
  written(bytes: number): void {
    this.#bytes += bytes;
    this.#commits++;
    if (this.#isDue()) this.#begin(() => this.#shorten());
    if (this.#isIdleDue === undefined && !this.#isClosed) this.#watchForIdleness();
  }

  /** While `reading` holds one state of the file, the write-ahead log is not restarted: that would wait for the reader. */
  async during<Answer>(reading: () => Promise<Answer>): Promise<Answer> {
    this.#holds++;
    try {
      return await reading();
    } finally {
      this.#holds--;
    }
  }

  /** Starts no further checkpoint. */
  close(): void {
    clearTimeout(this.#isIdleDue);
    this.#isClosed = true;
  }

  #isDue(): boolean {
    const commits = this.#commits - this.#commitsAtLast;
    return this.#bytes >= CHECKPOINT_AFTER_BYTES || commits >= CHECKPOINT_AFTER_COMMITS;
  }

  #begin(work: () => Promise<void>): void {
    if (this.#isUnderWay || this.#isClosed) return;
    this.#isUnderWay = true;
    this.#bytes = 0;
    this.#commitsAtLast = this.#commits;
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

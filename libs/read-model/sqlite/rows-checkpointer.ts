import { extname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { Checkpointed } from './checkpoint.worker.ts';
import { isWantOfDescriptors } from './sqlite-error.ts';

/** Pages of 4 KiB in the write-ahead log. */
export interface WalLimits {
  /** From this size on it is carried into the file. */
  readonly carriedFrom: number;
  /** From this size on it should restart, which it does at the next write once all of it was carried over. */
  readonly wantedMax: number;
  /** From here on it must: a long read writes all changes first, each time. We wait for what is left, if it is little. */
  readonly max: number;
  /** How much counts as little: a fraction of a second. What a change of very many rows leaves is done beside us. */
  readonly leftMax: number;
}

const WAL_LIMITS: WalLimits = { carriedFrom: 2_048, wantedMax: 16_384, max: 65_536, leftMax: 8_192 };
/** After so many commits that left more, the disk is slower than we write, and waiting for less is in vain. */
const LONG_COMMITS_MAX = 3;

/** Keeps the write-ahead log of a read model short, on a thread of its own. */
export class RowsCheckpointer {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #onFailed: (cause: unknown) => void;
  readonly #limits: WalLimits;
  readonly #selectState: StatementSync;
  #worker: Worker | undefined;
  #isUnderWay = false;
  /** Readers of an earlier state of the file: the write-ahead log cannot restart before they have ended. */
  #readers = 0;
  /** True until a checkpoint without readers has ended: until then much may be left, and nothing should wait for it. */
  #isHeldBack = false;
  #isOfAll = false;
  #isLong = false;
  #isOverdue = false;
  /** Commits in a row after which the log should have restarted, but has not. */
  #longCommits = 0;

  constructor(
    file: string,
    database: DatabaseSync,
    onFailed: (cause: unknown) => void,
    limits: WalLimits = WAL_LIMITS,
  ) {
    this.#file = file;
    this.#database = database;
    this.#onFailed = onFailed;
    this.#limits = limits;
    this.#selectState = database.prepare('PRAGMA wal_checkpoint(NOOP)');
  }

  /** True if the log could restart soon, provided that nothing is written now. */
  get isWaiting(): boolean {
    return this.#isUnderWay && this.#isLong;
  }

  /** True if the log must restart and too much was left: the sooner the next commit comes, the less it leaves. */
  get isOverdue(): boolean {
    return this.#isOverdue;
  }

  /** Call it after each commit, while no transaction is open. Throws what SQLite throws. */
  committed(): void {
    const state = this.#selectState.get();
    const walPages = Number(state?.['log']);
    this.#isOverdue = walPages >= this.#limits.max && !this.#isHeldBack;
    this.#longCommits = this.#isOverdue ? this.#longCommits + 1 : 0;
    if (this.#isToWaitFor(walPages - Number(state?.['checkpointed']))) {
      this.#database.exec('PRAGMA wal_checkpoint(RESTART)');
      this.#isOverdue = false;
    }
    if (walPages < this.#limits.carriedFrom || this.#isUnderWay) return;
    this.#isUnderWay = true;
    this.#isOfAll = this.#readers === 0;
    this.#isLong = walPages >= this.#limits.wantedMax;
    this.#worker ??= this.#start();
    this.#worker.postMessage('checkpoint');
  }

  readingBegan(): void {
    this.#readers++;
    this.#isHeldBack = true;
  }

  readingEnded(): void {
    this.#readers--;
  }

  close(): void {
    this.#worker?.postMessage('close');
  }

  #isToWaitFor(pagesLeft: number): boolean {
    return this.#isOverdue && (pagesLeft <= this.#limits.leftMax || this.#longCommits > LONG_COMMITS_MAX);
  }

  #start(): Worker {
    const extension = extname(import.meta.url);
    const worker = new Worker(new URL(`./checkpoint.worker${extension}`, import.meta.url), {
      workerData: { file: this.#file },
      execArgv: extension === '.ts' ? ['--conditions=source'] : [],
    });
    worker.unref();
    worker.on('message', ({ failure }: Checkpointed) => {
      this.#isUnderWay = false;
      if (this.#isOfAll && this.#readers === 0) this.#isHeldBack = false;
      if (failure !== undefined) this.#onFailed(failure);
    });
    worker.on('error', (cause) => {
      this.#isUnderWay = false;
      this.#worker = undefined;
      // It could not start. The write-ahead log keeps everything, and the next commit tries again.
      if (!isWantOfDescriptors(cause)) this.#onFailed(cause);
    });
    return worker;
  }
}

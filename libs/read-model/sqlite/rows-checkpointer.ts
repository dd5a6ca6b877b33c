import { extname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { Checkpointed } from './checkpoint.worker.ts';

/** Pages of 4 KiB in the write-ahead log from which on it is carried into the file. */
const CHECKPOINT_AFTER_PAGES = 2_048;
/** From here on the log should begin anew, which it does when we write only after all of it was carried over. */
const WAL_PAGES_WANTED_MAX = 16_384;
/** From here on it must, and we wait for it: only a disk slower than what is written gets us there. */
const WAL_PAGES_MAX = 65_536;

/** Keeps the write-ahead log of a read model short, on a thread of its own. */
export class RowsCheckpointer {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #onFailed: (cause: unknown) => void;
  readonly #selectState: StatementSync;
  #worker: Worker | undefined;
  #isUnderWay = false;
  /** Those who read the file as it was: the log cannot begin anew before they have ended. */
  #readers = 0;
  /** True until a checkpoint without readers is through: by then much may be left, and nobody should wait for it. */
  #isHeldBack = false;
  #isOfAll = false;
  #isLong = false;

  constructor(file: string, database: DatabaseSync, onFailed: (cause: unknown) => void) {
    this.#file = file;
    this.#database = database;
    this.#onFailed = onFailed;
    this.#selectState = database.prepare('PRAGMA wal_checkpoint(NOOP)');
  }

  /** True while the log could begin anew soon, if nothing were written now. */
  get isWaiting(): boolean {
    return this.#isUnderWay && this.#isLong;
  }

  /** To be told of each commit, while no transaction is open. Throws what SQLite throws. */
  committed(): void {
    const walPages = Number(this.#selectState.get()?.['log']);
    if (walPages >= WAL_PAGES_MAX && !this.#isHeldBack) this.#database.exec('PRAGMA wal_checkpoint(RESTART)');
    if (walPages < CHECKPOINT_AFTER_PAGES || this.#isUnderWay) return;
    this.#isUnderWay = true;
    this.#isOfAll = this.#readers === 0;
    this.#isLong = walPages >= WAL_PAGES_WANTED_MAX;
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
    worker.on('error', this.#onFailed);
    return worker;
  }
}

import type { Worker } from 'node:worker_threads';
import type { Batch, BatchResult } from './batch.ts';
import { startWorker } from './start-worker.ts';
import type { Writer } from './writer.ts';
import type { FromWriterThread, ToWriterThread } from './writer.worker.ts';

/** While the thread commits one batch the others are already in its queue, so that it never waits for us. */
const BATCHES_ON_THE_WAY_MAX = 4;
/** So many events are sent at once: the thread commits them while the caller still makes the next ones. */
const EVENTS_ENOUGH = 256;

/** Writes on a thread of its own. */
export class ThreadWriter implements Writer {
  readonly head: number;
  readonly batchesMax = BATCHES_ON_THE_WAY_MAX;
  readonly eventsEnough = EVENTS_ENOUGH;
  readonly #worker: Worker;
  readonly #answers: ((result: BatchResult) => void)[] = [];
  #lostBy: { readonly cause: unknown } | undefined;

  private constructor(worker: Worker, head: number) {
    this.#worker = worker;
    this.head = head;
    worker.on('message', ({ results }: FromWriterThread) => {
      for (const result of results) this.#answers.shift()?.(result);
    });
    worker.once('error', (cause) => this.#lose(cause));
    worker.once('exit', () => this.#lose(new Error('The writer thread has ended.')));
  }

  /** Throws what SQLite throws. */
  static async open(file: string): Promise<ThreadWriter> {
    const worker = startWorker('./writer.worker', { file });
    const head = await new Promise<number>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', ({ head }: { head: number }) => {
        worker.off('error', reject);
        resolve(head);
      });
    });
    return new ThreadWriter(worker, head);
  }

  write(batch: Batch): Promise<BatchResult> {
    if (this.#lostBy) return Promise.resolve({ outcome: 'stopped', cause: this.#lostBy.cause });
    return new Promise((resolve) => {
      this.#answers.push(resolve);
      this.#worker.postMessage(batch satisfies ToWriterThread);
    });
  }

  async close(): Promise<void> {
    if (this.#lostBy) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.postMessage('close' satisfies ToWriterThread);
    await ended;
  }

  /** The thread has died. Batches on their way may have been committed or not. */
  #lose(cause: unknown): void {
    this.#lostBy ??= { cause };
    for (const answer of this.#answers.splice(0)) answer({ outcome: 'unknown', cause });
  }
}

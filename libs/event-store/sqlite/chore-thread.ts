import type { Worker } from 'node:worker_threads';
import type { Chore, ChoreAnswer } from './chores.worker.ts';
import { startWorker } from './start-worker.ts';

/** A thread for one chore after the other, started with the first. */
export class ChoreThread {
  readonly #file: string;
  #worker: Worker | undefined;
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** Never rejects: a failure is an answer. */
  do(chore: Chore): Promise<ChoreAnswer> {
    const answer = this.#underWay.then(() => this.#send(chore));
    this.#underWay = answer;
    return answer;
  }

  /** After what is under way. */
  async close(): Promise<void> {
    await this.#underWay;
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close');
    await ended;
  }

  #send(chore: Chore): Promise<ChoreAnswer> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve) => {
      const settle = (answer: ChoreAnswer): void => {
        worker.off('message', settle).off('error', fail).off('exit', end);
        resolve(answer);
      };
      const fail = (cause: unknown): void => settle({ kind: 'failed', cause });
      const end = (): void => fail(new Error('The thread for chores has ended.'));
      worker.on('message', settle).on('error', fail).on('exit', end);
      worker.postMessage(chore);
    });
  }

  /** One that has ended, for whatever reason, is no thread any more: nobody would hear from it. */
  #start(): Worker {
    const worker = startWorker('./chores.worker', { file: this.#file });
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    return worker.once('error', forget).once('exit', forget);
  }
}

import type { Worker } from 'node:worker_threads';
import type { Checking, Chore, ChoreAnswer } from './chores.worker.ts';
import type { OnChecked } from './integrity.ts';
import { startWorker } from './start-worker.ts';

/** A thread that does one chore at a time. It is started with the first one. */
export class ChoreThread {
  readonly #file: string;
  #worker: Worker | undefined;
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** Never rejects: a failure is an answer. `onChecked` must not throw. */
  do(chore: Chore, onChecked: OnChecked = () => {}): Promise<ChoreAnswer> {
    const answer = this.#underWay.then(() => this.#send(chore, onChecked));
    this.#underWay = answer;
    return answer;
  }

  /** Waits for the chore that is under way. */
  async close(): Promise<void> {
    await this.#underWay;
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close');
    await ended;
  }

  #send(chore: Chore, onChecked: OnChecked): Promise<ChoreAnswer> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve) => {
      const settle = (answer: ChoreAnswer): void => {
        worker.off('message', hear).off('error', fail).off('exit', end);
        resolve(answer);
      };
      const hear = (said: Checking | ChoreAnswer): void =>
        said.kind === 'checking' ? onChecked({ done: said.done, of: said.of }) : settle(said);
      const fail = (cause: unknown): void => settle({ kind: 'failed', cause });
      const end = (): void => fail(new Error('The thread for chores has ended.'));
      worker.on('message', hear).on('error', fail).on('exit', end);
      worker.postMessage(chore);
    });
  }

  /** A thread that has ended, for whatever reason, is forgotten: the next chore starts another. */
  #start(): Worker {
    const worker = startWorker('./chores.worker', { file: this.#file });
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    return worker.once('error', forget).once('exit', forget);
  }
}

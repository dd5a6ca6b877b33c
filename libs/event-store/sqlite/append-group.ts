import type { Append, AppendOutcome } from '../src/index.ts';
import type { PreparedAppends } from './prepare-append.ts';

/** Appends of one call, and the promise of their caller: it is resolved when the outcome of the last one is known. */
export class AppendGroup {
  readonly appends: readonly Append[];
  readonly prepared: PreparedAppends;
  readonly #outcomes: AppendOutcome[];
  readonly #resolve: (outcomes: readonly AppendOutcome[]) => void;
  readonly #reject: (fault: Error) => void;
  #left: number;
  #fault: Error | undefined;

  constructor(
    appends: readonly Append[],
    prepared: PreparedAppends,
    waiting: {
      readonly resolve: (outcomes: readonly AppendOutcome[]) => void;
      readonly reject: (fault: Error) => void;
    },
  ) {
    this.appends = appends;
    this.prepared = prepared;
    this.#outcomes = new Array<AppendOutcome>(appends.length);
    this.#left = appends.length;
    this.#resolve = waiting.resolve;
    this.#reject = waiting.reject;
  }

  /** Sets the outcome of append `index`; then call `end` for it. */
  set(index: number, outcome: AppendOutcome): void {
    this.#outcomes[index] = outcome;
  }

  /** So many more appends have ended: with a fault, or with the outcomes that were set. */
  end(count: number, fault?: Error): void {
    this.#fault ??= fault;
    this.#left -= count;
    if (this.#left > 0) return;
    if (this.#fault === undefined) this.#resolve(this.#outcomes);
    else this.#reject(this.#fault);
  }
}

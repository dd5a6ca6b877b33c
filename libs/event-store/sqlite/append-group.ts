import type { Append, AppendOutcome } from '../src/index.ts';
import type { PreparedAppends } from './prepare-append.ts';

/** Appends that were asked for together, with whoever waits for them: answered when the last one is known. */
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

  /** How append `index` came out; afterwards `end` is to be called for it. */
  set(index: number, outcome: AppendOutcome): void {
    this.#outcomes[index] = outcome;
  }

  /** So many appends more have come to their end, with a fault or with the outcomes set. */
  end(count: number, fault?: Error): void {
    this.#fault ??= fault;
    this.#left -= count;
    if (this.#left > 0) return;
    if (this.#fault === undefined) this.#resolve(this.#outcomes);
    else this.#reject(this.#fault);
  }
}

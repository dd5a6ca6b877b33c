import { tryAgain } from './problem.ts';

/** How many requests of a kind are answered at once, and what the next one is told. */
interface TurnstileLimits {
  readonly atOnceMax: number;
  readonly waitingMax: number;
  readonly code: string;
  /** Of what there are too many: "requests are being answered". */
  readonly busyWith: string;
}

/** Lets `atOnceMax` through at once and `waitingMax` wait; the others are told to come back. */
export class Turnstile {
  readonly #limits: TurnstileLimits;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(limits: TurnstileLimits) {
    this.#limits = limits;
  }

  get inside(): number {
    return this.#inside;
  }

  /** Runs `work` as soon as there is room. Throws the limit's code at once if too many wait already. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** For work that ends elsewhere: call `leave` exactly once then. */
  enterNow(): void {
    if (this.#inside >= this.#limits.atOnceMax) throw this.#full();
    this.#inside += 1;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inside -= 1;
    else next(); // The place is handed on.
  }

  async #enter(): Promise<void> {
    if (this.#inside < this.#limits.atOnceMax) {
      this.#inside += 1;
      return;
    }
    if (this.#waiting.length >= this.#limits.waitingMax) throw this.#full();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #full(): Error {
    const { code, busyWith, atOnceMax, waitingMax } = this.#limits;
    const detail = `More than ${atOnceMax + waitingMax} ${busyWith}. Try again in a moment.`;
    return tryAgain(code, detail);
  }
}

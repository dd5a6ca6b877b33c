/** Lets pieces of work on the same thing run one after the other, and all others at once. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  take<Result>(thing: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(thing);
    const mine = before === undefined ? work() : before.then(work);
    const end = (): void => {
      if (this.#last.get(thing) === settled) this.#last.delete(thing);
    };
    const settled: Promise<unknown> = mine.then(end, end);
    this.#last.set(thing, settled);
    return mine;
  }

  /** One turn at many things, for work that does them all at once. It must be ended, however the work ends. */
  open(): SharedTurn {
    return new SharedTurn(this.#last);
  }
}

/** A turn at each thing that was claimed, until it is ended. */
export class SharedTurn {
  readonly #last: Map<string, Promise<unknown>>;
  readonly #things: string[] = [];
  readonly #ended = Promise.withResolvers<void>();

  constructor(last: Map<string, Promise<unknown>>) {
    this.#last = last;
  }

  /** False where a turn at it is being taken, this one included. */
  claim(thing: string): boolean {
    if (this.#last.has(thing)) return false;
    this.#last.set(thing, this.#ended.promise);
    this.#things.push(thing);
    return true;
  }

  end(): void {
    for (const thing of this.#things) {
      if (this.#last.get(thing) === this.#ended.promise) this.#last.delete(thing);
    }
    this.#ended.resolve();
  }
}

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
}

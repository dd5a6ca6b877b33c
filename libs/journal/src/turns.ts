/** Lets pieces of work on the same stream run one after the other, and all others at once. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  take<Result>(stream: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(stream);
    const mine = before === undefined ? work() : before.then(work, work);
    this.#last.set(stream, mine);
    const done = (): void => {
      if (this.#last.get(stream) === mine) this.#last.delete(stream);
    };
    mine.then(done, done);
    return mine;
  }
}

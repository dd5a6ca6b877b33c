/** Lets pieces of work on the same thing run one after the other, and all others at once. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();
  /** Things at which a shared turn is being taken. */
  readonly #claimed = new Set<string>();
  readonly #shared = new Set<SharedTurn>();

  take<Result>(thing: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(thing) ?? this.#endOfClaim(thing);
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
    const turn = new SharedTurn({
      claim: (thing) => this.#claim(thing),
      end: (things) => {
        this.#shared.delete(turn);
        for (const thing of things) this.#claimed.delete(thing);
      },
    });
    this.#shared.add(turn);
    return turn;
  }

  /** Asked of each message, and nearly always true: one look and no more. */
  #claim(thing: string): boolean {
    if (this.#last.size > 0 && this.#last.has(thing)) return false;
    const before = this.#claimed.size;
    return this.#claimed.add(thing).size > before;
  }

  #endOfClaim(thing: string): Promise<void> | undefined {
    if (!this.#claimed.has(thing)) return undefined;
    for (const turn of this.#shared) if (turn.things.includes(thing)) return turn.ended;
    return undefined;
  }
}

/** A turn at each thing that was claimed, until it is ended. */
export class SharedTurn {
  readonly #turns: { claim: (thing: string) => boolean; end: (things: readonly string[]) => void };
  readonly #things: string[] = [];
  readonly #ended = Promise.withResolvers<void>();

  constructor(turns: { claim: (thing: string) => boolean; end: (things: readonly string[]) => void }) {
    this.#turns = turns;
  }

  get things(): readonly string[] {
    return this.#things;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** False where a turn at it is being taken, this one included. */
  claim(thing: string): boolean {
    if (!this.#turns.claim(thing)) return false;
    this.#things.push(thing);
    return true;
  }

  end(): void {
    this.#turns.end(this.#things);
    this.#ended.resolve();
  }
}

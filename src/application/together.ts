import type { Arrival } from '#inventory';
import type { Bringer, Outcome } from '#journal';

type Accept = (arrivals: readonly Arrival[], by: Bringer) => Promise<Outcome[]>;

/** What came in one turn of the event loop from one teller, on its way to the journal. */
interface Batch {
  readonly arrivals: Arrival[];
  readonly outcomes: Promise<Outcome[]>;
}

/** So many from one request are worth a call of their own. */
const ALONE_MIN = 64;
/** So many are told together; the next begins another call. */
const TOGETHER_MAX = 1_000;

/**
 * Requests that come in the same turn are told to the journal in one call: under load that is many, and each
 * costs less. Nobody waits longer than the turn.
 */
export class Together {
  readonly #accept: Accept;
  readonly #open = new Map<string, Batch>();

  constructor(accept: Accept) {
    this.#accept = accept;
  }

  async tell(arrivals: readonly Arrival[], by: Bringer): Promise<readonly Outcome[]> {
    if (arrivals.length >= ALONE_MIN) return this.#accept(arrivals, by);
    const batch = this.#batch(by);
    const first = batch.arrivals.push(...arrivals) - arrivals.length;
    const outcomes = await batch.outcomes;
    return outcomes.slice(first, first + arrivals.length);
  }

  #batch(by: Bringer): Batch {
    const name = `${by.door} ${by.identity ?? ''}`;
    const open = this.#open.get(name);
    if (open !== undefined && open.arrivals.length < TOGETHER_MAX) return open;
    const arrivals: Arrival[] = [];
    const outcomes = new Promise<Outcome[]>((resolve, reject) => {
      setImmediate(() => {
        if (this.#open.get(name) === batch) this.#open.delete(name);
        this.#accept(arrivals, by).then(resolve, reject);
      });
    });
    const batch: Batch = { arrivals, outcomes };
    this.#open.set(name, batch);
    return batch;
  }
}

import type { Projector } from '#read-model';

/** How many events posting and the picture may lag behind what was handed in. */
export const BEHIND_MAX = 2_000;
/** While it catches up, the picture reaches the head for a moment now and then: only after this it is not behind. */
const BEHIND_FOR_MS = 100;

type Follower = Pick<Projector, 'position' | 'waitFor'>;

interface BackpressureParts {
  readonly projector: Pick<Projector, keyof Follower | 'isBehind' | 'onAdvance'>;
  /** Undefined if other processes post too: an importer here cannot wait for them. */
  readonly posting: Follower | undefined;
}

/**
 * Messages of a file or a topic are read faster than their consequences are computed. If importers wait for these, few
 * events are under way: they stay in memory from one room to the next, and what is told stays fresh.
 */
export class Backpressure {
  readonly #followers: readonly Follower[];
  #waiting = 0;
  #behindAt = -Infinity;

  constructor({ projector, posting }: BackpressureParts) {
    this.#followers = posting === undefined ? [projector] : [posting, projector];
    projector.onAdvance(() => {
      if (projector.isBehind) this.#behindAt = performance.now();
    });
  }

  /** True while the picture catches up: what is told now will soon be overtaken. */
  get isBehind(): boolean {
    return this.#waiting > 0 || performance.now() - this.#behindAt < BEHIND_FOR_MS;
  }

  /** `handedIn`: position of the last event handed in. Resolves true once more may follow, false after `timeoutMs`. */
  async room(handedIn: number, timeoutMs: number): Promise<boolean> {
    const enough = handedIn - BEHIND_MAX;
    if (this.#followers.every(({ position }) => position >= enough)) return true;
    this.#waiting++;
    try {
      const have = await Promise.all(this.#followers.map((each) => each.waitFor(enough, timeoutMs)));
      return have.every(Boolean);
    } finally {
      this.#waiting--;
      this.#behindAt = performance.now();
    }
  }
}

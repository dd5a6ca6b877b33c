/** How many events posting and the picture may lag behind what was handed in before they count as behind. */
export const BEHIND_MAX = 2_000;
/** One that is catching up reaches the head for a moment now and then, while more is still on its way. */
const BEHIND_FOR_MS = 100;

/** What follows the log. */
interface Follower {
  readonly position: number;
  /** Resolves true once it has `position`, false after `timeoutMs`. */
  waitFor(position: number, timeoutMs: number): Promise<boolean>;
}

interface BackpressureParts {
  readonly projector: Follower & {
    readonly isBehind: boolean;
    onAdvance(listener: () => void): () => void;
  };
  /** Undefined where other processes post too: an importer here cannot wait for them. */
  readonly posting: Follower | undefined;
}

/**
 * A file or a topic is read faster than what follows from it is computed. Waiting for that before more is handed in
 * keeps what is under way small: it stays in memory from one room to the next, and what is told stays fresh.
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

  /** True while the picture catches up: what is told now will be overtaken in a moment. */
  get isBehind(): boolean {
    return this.#waiting > 0 || performance.now() - this.#behindAt < BEHIND_FOR_MS;
  }

  /** Resolves true once there is room for more behind what was handed in, up to this position; false after `timeoutMs`. */
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

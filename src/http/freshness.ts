import { isSeen, SEEN_MS_MAX } from '../application/seen.ts';
import type { OnHand } from '../service.ts';
import { tryAgain } from './problem.ts';
import { Turnstile } from './turnstile.ts';

/** Reads that wait for a position, at once. */
const WAITING_READS_MAX = 500;

/** `atLeast` of every read. */
export class Freshness {
  readonly #onhand: OnHand;
  readonly #waiting = new Turnstile({
    atOnceMax: WAITING_READS_MAX,
    waitingMax: 0,
    code: 'TOO_MANY_REQUESTS',
    busyWith: 'reads are waiting for a position',
  });

  constructor(onhand: OnHand) {
    this.#onhand = onhand;
  }

  /** Waits until reads include `position`. Throws NOT_YET if that takes too long. */
  async reach(position: number | undefined): Promise<void> {
    if (position === undefined) return;
    if (await this.#waiting.run(() => isSeen(this.#onhand, position))) return;
    const detail = `The answer does not include position ${position} after ${SEEN_MS_MAX / 1000} seconds. Try again after Retry-After.`;
    throw tryAgain('NOT_YET', detail);
  }
}

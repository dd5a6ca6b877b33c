import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

/** After this long without a request every busy client has heard it. */
const QUIET_MS = 50;
const SAYING_MS_MAX = 1_000;

/**
 * The end of connections that are kept open: whoever still asks through one is told that it closes, before it
 * does. Closed without a word it would swallow a request that is just on its way.
 */
export class Farewell {
  #isSaid = false;
  #asked = 0;

  /** For each request as it comes: true if its answer has to say that the connection closes. */
  meet(): boolean {
    this.#asked += 1;
    return this.#isSaid;
  }

  /** Resolves when nobody asks any more, or after a second. */
  async say(): Promise<void> {
    this.#isSaid = true;
    const until = performance.now() + SAYING_MS_MAX;
    for (let before = -1; before < this.#asked && performance.now() < until;) {
      before = this.#asked;
      await pause(QUIET_MS);
      await nextTurn(); // Whoever asked while we were busy is read by then.
    }
  }
}

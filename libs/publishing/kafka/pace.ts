import { setTimeout as pause } from 'node:timers/promises';

/** While the picture is behind, telling gets a fifth of the time: most of what it would tell is soon overtaken. */
const PAUSE_TO_TELLING = 4;
const PAUSE_MS_MAX = 5_000;
const LOOK_EVERY_MS = 10;

interface PaceParts {
  /** True while what is told now will be overtaken in a moment. */
  readonly isBehind: () => boolean;
  /** How long the pause is after all that waited was told in so long. */
  readonly pauseAfter?: (tookMs: number) => number;
}

/** When a partition is told what waits for it: at once, but not over and over while the log is ahead. */
export class Pace {
  readonly #parts: PaceParts;
  /** By partition. */
  readonly #notBefore: number[] = [];

  constructor(parts: PaceParts) {
    this.#parts = parts;
  }

  /** Resolves when it is worth while, or no longer to be waited for. */
  async turn(partition: number, mayWait: () => boolean): Promise<void> {
    const { isBehind } = this.#parts;
    const notBefore = this.#notBefore[partition] ?? -Infinity;
    while (isBehind() && mayWait() && performance.now() < notBefore) {
      await pause(LOOK_EVERY_MS, undefined, { ref: false });
    }
  }

  /** All that waited was told, which took so long. */
  told(partition: number, tookMs: number): void {
    const { pauseAfter = share } = this.#parts;
    this.#notBefore[partition] = performance.now() + pauseAfter(tookMs);
  }
}

const share = (tookMs: number): number => Math.min(PAUSE_MS_MAX, tookMs * PAUSE_TO_TELLING);

import { setTimeout as pause } from 'node:timers/promises';

/** While the picture is behind, telling gets a fifth of the time, for most of what it would tell is soon overtaken. */
const PAUSE_TO_TELLING = 4;
const PAUSE_MS_MAX = 5_000;
const LOOK_EVERY_MS = 10;

interface PaceParts {
  /** True while the picture is behind: what is told now will be overtaken in a moment. */
  readonly isBehind: () => boolean;
  /** The pause after a partition was told all that waited, which took `tookMs`. */
  readonly pauseAfter?: (tookMs: number) => number;
}

/** Decides when a partition is told what waits for it: at once, but with pauses while the picture is behind. */
export class Pace {
  readonly #parts: PaceParts;
  /** By partition. */
  readonly #notBefore: number[] = [];

  constructor(parts: PaceParts) {
    this.#parts = parts;
  }

  /** Resolves when it is the partition's turn, or when `mayWait` says that the wait is over. */
  async turn(partition: number, mayWait: () => boolean): Promise<void> {
    const { isBehind } = this.#parts;
    const notBefore = this.#notBefore[partition] ?? -Infinity;
    while (isBehind() && mayWait() && performance.now() < notBefore) {
      await pause(LOOK_EVERY_MS, undefined, { ref: false });
    }
  }

  /** The partition was told all that waited, which took `tookMs`. */
  told(partition: number, tookMs: number): void {
    const { pauseAfter = share } = this.#parts;
    this.#notBefore[partition] = performance.now() + pauseAfter(tookMs);
  }
}

const share = (tookMs: number): number => Math.min(PAUSE_MS_MAX, tookMs * PAUSE_TO_TELLING);

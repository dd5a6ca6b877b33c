const LOOK_EVERY_MS = 500;
/** A process that did not run for this long may have lost its shards. */
const SLEPT_MS = 3_000;

/** Notices that the process did not run for a while: it was paused, swapped out, or too busy. */
export class Sleep {
  readonly #onAwake: () => void;
  readonly #sleptMs: number;
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = performance.now();

  constructor(onAwake: () => void, sleptMs = SLEPT_MS) {
    this.#onAwake = onAwake;
    this.#sleptMs = sleptMs;
  }

  start(): void {
    this.#lookedAt = performance.now();
    this.#timer ??= setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Call it before anything that must not be done with stale knowledge: the timer may not have fired yet after a pause. */
  look(): void {
    const now = performance.now();
    const stoodStill = now - this.#lookedAt > this.#sleptMs;
    this.#lookedAt = now;
    if (stoodStill) this.#onAwake();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

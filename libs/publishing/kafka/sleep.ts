const LOOK_EVERY_MS = 500;
/** A process that stood still for this long may have lost its shards. */
const SLEPT_MS = 3_000;

/** Notices that the process stood still: paused, or swapped out, or too busy to look. */
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

  /** Call it before what must not be done asleep: whatever comes first after a pause finds out. */
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

/** Ten minutes of half seconds: a longer lag is reported as about that. */
const SAMPLES_MAX = 1_200;

/**
 * Turns positions into seconds: remembers when the log reached which head. Times are milliseconds of a monotonic clock: if a
 * wall clock was set forward by a day, the lag would become a day, and readiness would fail.
 */
export class Lag {
  readonly #heads: { readonly position: number; readonly atMs: number }[] = [];

  /** Call it about twice a second. */
  sample(head: number, nowMs: number): void {
    if (this.#heads.at(-1)?.position === head) return;
    this.#heads.push({ position: head, atMs: nowMs });
    if (this.#heads.length > SAMPLES_MAX) this.#heads.shift();
  }

  /** How long ago the log first was beyond `position`, to the millisecond; 0 if it is not. */
  secondsBehind(position: number, head: number, nowMs: number): number {
    if (position >= head) return 0;
    const passed = this.#heads.find((sample) => sample.position > position);
    return passed === undefined ? 0 : Math.max(0, Math.round(nowMs - passed.atMs) / 1_000);
  }
}

import type { Instant } from '#kernel';

/** Ten minutes of half seconds: a longer lag is told as at least that. */
const SAMPLES_MAX = 1_200;

/** Turns positions into seconds: remembers when the log reached which head. */
export class Lag {
  readonly #heads: { readonly position: number; readonly at: Instant }[] = [];

  /** Call it twice a second or so. */
  sample(head: number, now: Instant): void {
    if (this.#heads.at(-1)?.position === head) return;
    this.#heads.push({ position: head, at: now });
    if (this.#heads.length > SAMPLES_MAX) this.#heads.shift();
  }

  /** How long ago the log first was beyond `position`; 0 if it is not. */
  secondsBehind(position: number, head: number, now: Instant): number {
    if (position >= head) return 0;
    const passed = this.#heads.find((sample) => sample.position > position);
    return passed === undefined ? 0 : Math.max(0, (now - passed.at) / 1000);
  }
}

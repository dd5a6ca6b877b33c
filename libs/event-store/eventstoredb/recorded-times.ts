import type { Instant } from '#kernel';

/** Events whose raised time is remembered; beyond that the oldest are forgotten. */
const RAISED_MAX = 10_000;

/**
 * The server's clock may step back, the log's times must not: an event with an earlier time than the one before it gets that
 * one's time. Those times are remembered, so that a reader that begins later sees the same.
 */
export class RecordedTimes {
  readonly #raised = new Map<number, Instant>();

  /** The time of the event at `position`, created at `created`, after one of the time `floor`. */
  of(position: number, created: Instant, floor = 0): Instant {
    const known = this.#raised.get(position);
    const time = Math.max(known ?? created, floor);
    if (time > created && time !== known) this.#keep(position, time);
    return time;
  }

  #keep(position: number, time: Instant): void {
    this.#raised.set(position, time);
    if (this.#raised.size <= RAISED_MAX) return;
    for (const oldest of this.#raised.keys()) {
      this.#raised.delete(oldest);
      return;
    }
  }
}

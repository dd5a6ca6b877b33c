import type { Instant } from '#kernel';

/** A listing or an order that waits for another try. */
interface Retry {
  readonly key: string;
  readonly failures: number;
  readonly dueAt: Instant;
  /** It failed because the receiver was down, and is due as soon as that is back. */
  readonly isReceiverDown: boolean;
}

/** Waiting retries, by key. */
export class Retries {
  readonly #waiting = new Map<string, Retry>();
  /** Nothing is due before this time. It may be too early, never too late. */
  #nextDueAt: Instant = Infinity;

  get size(): number {
    return this.#waiting.size;
  }

  get nextDueAt(): Instant {
    return this.#nextDueAt;
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  keys(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  put(retry: Retry): void {
    this.#waiting.set(retry.key, retry);
    this.#nextDueAt = Math.min(this.#nextDueAt, retry.dueAt);
  }

  /** Removes and returns the one that has been due for longest. */
  takeDue(now: Instant): Retry | undefined {
    if (now < this.#nextDueAt) return undefined;
    let due: Retry | undefined;
    let next = Infinity;
    for (const retry of this.#waiting.values()) {
      if (retry.dueAt > now) next = Math.min(next, retry.dueAt);
      else if (due === undefined || retry.dueAt < due.dueAt) due = retry;
    }
    if (due === undefined) this.#nextDueAt = next;
    else this.#waiting.delete(due.key);
    return due;
  }

  /** The receiver is back: what failed because it was down is due now. */
  hurry(now: Instant): void {
    for (const retry of this.#waiting.values()) {
      if (retry.isReceiverDown && retry.dueAt > now) this.put({ ...retry, dueAt: now });
    }
  }
}

/** Waits for something that follows the log to reach a position. */
export class PositionWaiters {
  readonly #waiting = new Set<{ readonly position: number; readonly reached: () => void }>();

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Resolves true once `reached` is called with `position` or a greater one, false after `timeoutMs`. */
  wait(position: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isReached: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        resolve(isReached);
      };
      const timer = setTimeout(() => settle(false), timeoutMs);
      const waiter = { position, reached: () => settle(true) };
      this.#waiting.add(waiter);
    });
  }

  reached(position: number): void {
    for (const waiter of this.#waiting) if (waiter.position <= position) waiter.reached();
  }
}

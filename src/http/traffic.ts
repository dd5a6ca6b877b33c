import type { ServerResponse } from 'node:http';
import type { Door } from './door.ts';
import { tryAgain } from './problem.ts';

/** Requests that are being answered, streams not counted. */
const REQUESTS_AT_ONCE_MAX = 2_000;
const RETRY_SECONDS = 1;

/** Called when a request of a route has been answered. */
type OnAnswered = (answered: Answered) => void;

/** Called for each request of a route, as soon as it comes. Throws SERVICE_BUSY. */
export type Watch = (response: ServerResponse, requestId: string) => void;

export interface Answered {
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  readonly requestId: string;
}

/** Counts who is in, so that there are never too many, and so that a stop can wait for the last one. */
export class Traffic {
  readonly #onAnswered: OnAnswered;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(onAnswered: OnAnswered) {
    this.#onAnswered = onAnswered;
  }

  get inside(): number {
    return this.#inside;
  }

  /** What to call for each request of the route, as soon as it comes. */
  watch(route: string, door: Door): Watch {
    const isCounted = door.isAnsweredAtOnce !== false && door.access !== 'open';
    return (response, requestId) => {
      const startedAt = performance.now();
      if (isCounted) this.#enter();
      response.once('close', () => {
        if (isCounted) this.#leave();
        const seconds = (performance.now() - startedAt) / 1000;
        this.#onAnswered({ route, status: response.statusCode, seconds, requestId });
      });
    };
  }

  /** Resolves when nobody is in any more, at the latest after `timeoutMs`. */
  async emptied(timeoutMs: number): Promise<void> {
    if (this.#inside === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #enter(): void {
    if (this.#inside >= REQUESTS_AT_ONCE_MAX) {
      const detail = `More than ${REQUESTS_AT_ONCE_MAX} requests are being answered: try again in a moment.`;
      throw tryAgain('SERVICE_BUSY', detail, RETRY_SECONDS);
    }
    this.#inside += 1;
  }

  #leave(): void {
    this.#inside -= 1;
    if (this.#inside > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

import type { ServerResponse } from 'node:http';
import type { Door } from './door.ts';
import { Share, Shares } from './shares.ts';

/** Called when a request of a route has been answered. */
type OnAnswered = (answered: Answered) => void;

/** Called for each request of a route, as soon as it comes. */
export type Watch = (response: ServerResponse, requestId: string) => Stay;

/** One request, from its head to the end of its answer. */
export interface Stay {
  /** It is let in. Throws SERVICE_BUSY where there are too many, and TOO_MANY_REQUESTS where they are of this key. */
  admit(keyId: string): void;
  /** So many bytes of its body are kept until it is answered. Throws as `admit` does. */
  keep(bytes: number): void;
}

export interface Answered {
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  readonly requestId: string;
}

/** Counts the requests being answered, so that there are never too many, and so that a stop can wait for the last one. */
export class Traffic {
  readonly #onAnswered: OnAnswered;
  readonly #waiting: (() => void)[] = [];
  readonly #shares = new Shares();
  #inside = 0;

  constructor(onAnswered: OnAnswered) {
    this.#onAnswered = onAnswered;
  }

  /** Streams not counted. */
  get inside(): number {
    return this.#inside;
  }

  /** What to call for each request of the route, as soon as it comes. */
  watch(route: string, door: Door): Watch {
    const isCounted = door.isAnsweredAtOnce !== false && door.access !== 'open';
    return (response, requestId) => {
      const startedAt = performance.now();
      const share = isCounted ? new Share(this.#shares) : NO_SHARE;
      if (isCounted) this.#inside += 1;
      response.once('close', () => {
        share.giveBack();
        if (isCounted) this.#leave();
        const seconds = (performance.now() - startedAt) / 1000;
        this.#onAnswered({ route, status: response.statusCode, seconds, requestId });
      });
      return share;
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

  #leave(): void {
    this.#inside -= 1;
    if (this.#inside > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const nothing = (): void => undefined;
/** For requests that take no place: streams, which have limits of their own, and what is open to everybody. */
const NO_SHARE = { admit: nothing, keep: nothing, giveBack: nothing };

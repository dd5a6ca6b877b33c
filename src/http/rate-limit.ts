import { tryAgain } from './problem.ts';

export interface Rate {
  /** Requests a second in the long run. */
  readonly perSecond: number;
  /** Requests at once after a pause. */
  readonly burst: number;
}

/** Far above any real caller, and below what would starve the others. */
export const KEY_RATE: Rate = { perSecond: 20_000, burst: 20_000 };

/** Callers whose bucket is remembered; the longest quiet one is forgotten first, and its bucket is full again. */
const BUCKETS_MAX = 10_000;

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** A bucket of requests for each key. Counts before a body is read. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate = KEY_RATE, nowMs: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#nowMs = nowMs;
  }

  /** Takes one request of `key`; throws TOO_MANY_REQUESTS with the time to wait if there is none left. */
  take(key: string): void {
    const bucket = this.#bucket(key);
    if (bucket.tokens < 1) {
      const waitSeconds = Math.ceil((1 - bucket.tokens) / this.#rate.perSecond);
      const detail = `This key sends more than ${this.#rate.perSecond} requests per second. Wait as long as Retry-After says, and send many messages in one request.`;
      throw tryAgain('TOO_MANY_REQUESTS', detail, Math.max(1, waitSeconds));
    }
    bucket.tokens -= 1;
  }

  #bucket(key: string): Bucket {
    const nowMs = this.#nowMs();
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return this.#add(key, nowMs);
    const grown = ((nowMs - bucket.filledAtMs) / 1000) * this.#rate.perSecond;
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + grown);
    bucket.filledAtMs = nowMs;
    return bucket;
  }

  #add(key: string, nowMs: number): Bucket {
    const bucket = { tokens: this.#rate.burst, filledAtMs: nowMs };
    if (this.#buckets.size >= BUCKETS_MAX) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

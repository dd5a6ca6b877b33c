import { OPEN_CALLER } from './caller.ts';
import { tryAgain } from './problem.ts';

/** Requests that are being answered, streams not counted. */
const REQUESTS_AT_ONCE_MAX = 2_000;
/** Of their bodies: what has come, or is announced, until they are answered. */
const BODY_BYTES_AT_ONCE_MAX = 256 * 1024 * 1024;
/** The share of either that one key may have, so that others are answered whatever it does. */
const OF_ONE_KEY = 1 / 2;

interface Holding {
  requests: number;
  bytes: number;
}

/** What all who are in share: places, and memory for their bodies. */
export class Shares {
  readonly #all: Holding = { requests: 0, bytes: 0 };
  readonly #byKey = new Map<string, Holding>();

  /** What the key has, one place more. Throws SERVICE_BUSY and TOO_MANY_REQUESTS. */
  enter(keyId: string): Holding {
    const own = this.#byKey.get(keyId) ?? { requests: 0, bytes: 0 };
    this.#take('requests', 1, keyId, own);
    if (own.requests === 1) this.#byKey.set(keyId, own);
    return own;
  }

  /** Throws SERVICE_BUSY and TOO_MANY_REQUESTS. */
  keep(bytes: number, keyId: string, own: Holding): void {
    this.#take('bytes', bytes, keyId, own);
  }

  leave(keyId: string, own: Holding, bytes: number): void {
    this.#all.requests -= 1;
    this.#all.bytes -= bytes;
    own.requests -= 1;
    own.bytes -= bytes;
    if (own.requests === 0) this.#byKey.delete(keyId);
  }

  #take(what: keyof Holding, amount: number, keyId: string, own: Holding): void {
    const { most, words } = LIMITS[what];
    if (this.#all[what] + amount > most) throw tryAgain('SERVICE_BUSY', words.ofAll);
    // With AUTH off all callers are one.
    if (own[what] + amount > most * OF_ONE_KEY && keyId !== OPEN_CALLER.keyId)
      throw tryAgain('TOO_MANY_REQUESTS', words.ofOne);
    this.#all[what] += amount;
    own[what] += amount;
  }
}

const MEGABYTES = BODY_BYTES_AT_ONCE_MAX / 1024 / 1024;
const LIMITS = {
  requests: {
    most: REQUESTS_AT_ONCE_MAX,
    words: {
      ofAll: `More than ${REQUESTS_AT_ONCE_MAX} requests are being answered. Try again in a moment.`,
      ofOne: `More than ${REQUESTS_AT_ONCE_MAX * OF_ONE_KEY} requests of this key are being answered. Wait for their answers.`,
    },
  },
  bytes: {
    most: BODY_BYTES_AT_ONCE_MAX,
    words: {
      ofAll: `More than ${MEGABYTES} MB of bodies are being read. Try again in a moment.`,
      ofOne: `More than ${MEGABYTES * OF_ONE_KEY} MB of bodies of this key are being read. Wait for their answers.`,
    },
  },
} as const;

/** What one request has of it. */
export class Share {
  readonly #shares: Shares;
  #keyId = '';
  #own: Holding | undefined;
  #bytes = 0;

  constructor(shares: Shares) {
    this.#shares = shares;
  }

  admit(keyId: string): void {
    this.#own = this.#shares.enter(keyId);
    this.#keyId = keyId;
  }

  keep(bytes: number): void {
    if (this.#own === undefined) return;
    this.#shares.keep(bytes, this.#keyId, this.#own);
    this.#bytes += bytes;
  }

  giveBack(): void {
    if (this.#own !== undefined) this.#shares.leave(this.#keyId, this.#own, this.#bytes);
    this.#own = undefined;
  }
}

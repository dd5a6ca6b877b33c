import type { ListingNumber } from '../src/change-source.ts';

/** A listing or an order that is to be told, and the log position of its change. */
export interface Wanted {
  readonly key: string;
  readonly position: number;
  /** Position of the oldest change since which the topic is not known to hold the newest value, if it is not `position`. */
  readonly since?: number;
  /** The listing's number at that position, if the caller has it: it need not be looked up then. */
  readonly number?: ListingNumber | undefined;
}

/** A record that was written, as the broker has confirmed. */
interface Written {
  readonly key: string;
  readonly version: number;
  readonly offset: number;
}

/** Updated in place while it waits. */
interface Waiting {
  readonly key: string;
  position: number;
  number?: ListingNumber | undefined;
  since: number;
}

/**
 * What one partition is still to be told: each key once, however often it changes while it waits. It then keeps its place
 * in the queue, for otherwise a key that changes all the time would never have its turn; only where the log's order counts
 * does it move to the end. The lane also knows what is on its way, and what was written and not read back yet. Plain
 * bookkeeping.
 */
export class Lane {
  #waiting = new Map<string, Waiting>();
  readonly #underway = new Map<string, Waiting>();
  /** Versions that were read back before the answer to their send came. */
  readonly #early = new Map<string, number>();
  /** By key, in the order of their offsets. */
  readonly #written = new Map<string, Written & Pick<Waiting, 'since'>>();
  readonly #isInLogOrder: boolean;

  constructor({ isInLogOrder }: { readonly isInLogOrder: boolean }) {
    this.#isInLogOrder = isInLogOrder;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many keys wait, are on their way, or are yet to be read back. */
  get pending(): number {
    return this.#waiting.size + this.#underway.size + this.#written.size;
  }

  get isAtRest(): boolean {
    return this.pending === 0;
  }

  /** True if the key's newest value is still to be written or read back. */
  isPending(key: string): boolean {
    return this.#waiting.has(key) || this.#written.has(key) || this.#underway.has(key);
  }

  /** True if this value, or a newer one, is still to be written or read back. */
  covers({ key, position }: Wanted): boolean {
    const pending = this.#waiting.get(key) ?? this.#underway.get(key);
    const newest = pending?.position ?? this.#written.get(key)?.version;
    return newest !== undefined && newest >= position;
  }

  /** Position of the oldest change that is not known to be in the topic; Infinity if there is none. */
  get oldest(): number {
    let oldest = Infinity;
    for (const some of [this.#waiting, this.#underway, this.#written]) {
      for (const { since } of some.values()) if (since < oldest) oldest = since;
    }
    return oldest;
  }

  want({ key, position, number }: Wanted): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return void this.#waiting.set(key, { key, position, number, since: position });
    waiting.position = position;
    waiting.number = number;
    if (!this.#isInLogOrder) return;
    this.#waiting.delete(key);
    this.#waiting.set(key, waiting);
  }

  /** Queues these before all else, in this order. Where the log's order counts, a key that already waits keeps its place. */
  wantFirst(first: readonly Wanted[]): void {
    const others = this.#waiting;
    this.#waiting = new Map();
    for (const { key, position, since = this.#underway.get(key)?.since ?? position } of first) {
      const newer = others.get(key);
      if (newer !== undefined) newer.since = Math.min(newer.since, since);
      if (newer === undefined || !this.#isInLogOrder) {
        this.#waiting.set(key, newer ?? { key, position, since });
      }
    }
    for (const [key, other] of others) if (!this.#waiting.has(key)) this.#waiting.set(key, other);
  }

  /** The first that wait, at most `limit`. They are on their way until `land` is called. */
  take(limit: number): readonly Wanted[] {
    const taken: Waiting[] = [];
    for (const waiting of this.#waiting.values()) {
      if (taken.length === limit) break;
      taken.push(waiting);
    }
    for (const each of taken) {
      this.#waiting.delete(each.key);
      this.#underway.set(each.key, each);
    }
    return taken;
  }

  /** Ends a send: what was taken is no longer on its way. What could not be told waits again, before all else. */
  land(untold: readonly Wanted[] = []): void {
    if (untold.length > 0) this.wantFirst(untold);
    this.#underway.clear();
    this.#early.clear();
  }

  wrote(written: readonly Written[]): void {
    for (const each of written) {
      const { key, version } = each;
      const before = this.#written.get(key)?.since ?? version;
      this.#written.delete(key);
      if (this.#early.get(key) === version) continue;
      this.#written.set(key, { ...each, since: Math.min(before, this.#underway.get(key)?.since ?? version) });
    }
  }

  /** The topic holds this version of the key now. Returns true if it is the one that we wrote last. */
  readBack(key: string, version: number): boolean {
    if (this.#underway.has(key)) this.#early.set(key, version);
    if (this.#written.get(key)?.version !== version) return false;
    return this.#written.delete(key);
  }

  /** Everything below `next` was read. Returns what was written there and was not found: it is lost. */
  lostBefore(next: number): readonly Wanted[] {
    const lost: Wanted[] = [];
    for (const { key, version, offset, since } of this.#written.values()) {
      if (offset >= next) break;
      lost.push({ key, position: version, since });
    }
    for (const { key } of lost) this.#written.delete(key);
    return lost;
  }

  /** Forgets all that waits; for what is on its way `land` is still called. */
  clear(): void {
    this.#waiting.clear();
    this.#written.clear();
  }
}

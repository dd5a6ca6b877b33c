/** Something that is to be told: a listing or an order, and the log position that made it so. */
export interface Wanted {
  readonly key: string;
  readonly position: number;
}

/** What was written and the broker has said so. */
interface Written {
  readonly key: string;
  readonly version: number;
  readonly offset: number;
}

/**
 * What one partition is still to be told: each key once, in the order in which it last changed, however often it changes
 * while it waits. Then what is on its way, and what was written and not yet read back. Plain bookkeeping.
 */
export class Lane {
  #waiting = new Map<string, number>();
  readonly #underway = new Map<string, number>();
  /** Read back before the answer to their writing came. */
  readonly #early = new Map<string, number>();
  /** By key, in the order of their offsets. */
  readonly #written = new Map<string, Written>();

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Keys that wait, are on their way, or are yet to be read back. */
  get pending(): number {
    return this.#waiting.size + this.#underway.size + this.#written.size;
  }

  get isAtRest(): boolean {
    return this.pending === 0;
  }

  /** True if the newest of the key is still to come, or to be read back. */
  isPending(key: string): boolean {
    return this.#waiting.has(key) || this.#written.has(key) || this.#underway.has(key);
  }

  /** True if what is wanted, or newer, is still to come, or to be read back. */
  covers({ key, position }: Wanted): boolean {
    const pending = this.#waiting.get(key) ?? this.#underway.get(key) ?? this.#written.get(key)?.version;
    return pending !== undefined && pending >= position;
  }

  /** Of the oldest change that is not known to stand in the topic; Infinity where there is none. */
  get oldest(): number {
    let oldest = Infinity;
    for (const position of this.#waiting.values()) if (position < oldest) oldest = position;
    for (const position of this.#underway.values()) if (position < oldest) oldest = position;
    for (const { version } of this.#written.values()) if (version < oldest) oldest = version;
    return oldest;
  }

  want({ key, position }: Wanted): void {
    this.#waiting.delete(key);
    this.#waiting.set(key, position);
  }

  /** Before all else that waits, in this order; a newer want of the same key counts instead. */
  wantFirst(first: readonly Wanted[]): void {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const { key, position } of first) if (!waiting.has(key)) this.#waiting.set(key, position);
    for (const [key, position] of waiting) this.#waiting.set(key, position);
  }

  /** The first that wait, at most `limit`: they are on their way until `land`. */
  take(limit: number): readonly Wanted[] {
    const taken: Wanted[] = [];
    for (const [key, position] of this.#waiting) {
      if (taken.length === limit) break;
      taken.push({ key, position });
    }
    for (const { key, position } of taken) {
      this.#waiting.delete(key);
      this.#underway.set(key, position);
    }
    return taken;
  }

  /** What was taken is no longer on its way. What is not told waits again, before all else. */
  land(untold: readonly Wanted[] = []): void {
    this.#underway.clear();
    this.#early.clear();
    if (untold.length > 0) this.wantFirst(untold);
  }

  wrote(written: readonly Written[]): void {
    for (const each of written) {
      this.#written.delete(each.key);
      if (this.#early.get(each.key) !== each.version) this.#written.set(each.key, each);
    }
  }

  /** The topic holds this version of the key now. True if it is what was written last. */
  readBack(key: string, version: number): boolean {
    if (this.#underway.has(key)) this.#early.set(key, version);
    if (this.#written.get(key)?.version !== version) return false;
    return this.#written.delete(key);
  }

  /** Everything below `next` was read: what was written there and not found is lost, and is handed out. */
  lostBefore(next: number): readonly Wanted[] {
    const lost: Wanted[] = [];
    for (const { key, version, offset } of this.#written.values()) {
      if (offset >= next) break;
      lost.push({ key, position: version });
    }
    for (const { key } of lost) this.#written.delete(key);
    return lost;
  }

  /** Nothing is wanted any more; what is on its way lands by itself. */
  clear(): void {
    this.#waiting.clear();
    this.#written.clear();
  }
}

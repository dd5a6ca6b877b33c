/**
 * A bounded cache in two generations: when the young one is full it becomes the old one, and the former old one is dropped,
 * but for entries that were used since: those are in the young one again. Nearly least-recently-used, at the cost of a Map.
 */
export class TwoGenerations<Value> {
  readonly #youngMax: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** Keeps at most `entriesMax` entries, and at least the half of that which was used last. */
  constructor(entriesMax: number) {
    this.#youngMax = Math.max(1, Math.floor(entriesMax / 2));
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.#youngMax && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}

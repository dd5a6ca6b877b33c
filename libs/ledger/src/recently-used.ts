/**
 * A bounded cache in two generations: when the young one is full it becomes the old one, and what nobody asked
 * for since is gone. Near to least-recently-used, at the cost of a Map.
 */
export class RecentlyUsed<Value> {
  readonly #youngMax: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** Keeps at most `entriesMax` entries, and at least the half of it last used. */
  constructor(entriesMax: number) {
    this.#youngMax = Math.max(1, Math.floor(entriesMax / 2));
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.#youngMax && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}

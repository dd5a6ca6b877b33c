import { partOf } from './murmur2.ts';

/**
 * Work on items is divided by SKU into shards, each owned by one process. For a moment two processes may both think
 * that they own one: what they do then must be harmless.
 */
export interface Shards {
  readonly count: number;
  /** Ascending. */
  readonly owned: readonly number[];
  /** True if this process has the shard of the SKU, or of another name that is spread in the same way. */
  has(name: string): boolean;
  /** Calls `listener` after each change of what is owned. Returns how to stop. */
  onChange(listener: () => void): () => void;
}

/** The shard of a SKU. Progress is stored by shard, so that the choice must never change. */
export const shardOf = (name: string, count: number): number => partOf(name, count);

/** What is owned, as somebody else decides it. */
export class ShardSet implements Shards {
  readonly count: number;
  readonly #listeners = new Set<() => void>();
  #owned: readonly number[];
  #flags: readonly boolean[];

  constructor(count: number, owned: readonly number[] = []) {
    this.count = count;
    this.#owned = [];
    this.#flags = [];
    this.set(owned);
  }

  get owned(): readonly number[] {
    return this.#owned;
  }

  has(name: string): boolean {
    // A process that has them all need not compute it.
    return this.#owned.length === this.count || this.#flags[shardOf(name, this.count)] === true;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From now on these, and no others. */
  set(owned: readonly number[]): void {
    const next = [...new Set(owned)].sort((a, b) => a - b);
    if (next.length === this.#owned.length && next.every((shard, i) => shard === this.#owned[i])) return;
    this.#owned = next;
    this.#flags = Array.from({ length: this.count }, (_, shard) => next.includes(shard));
    for (const listener of this.#listeners) listener();
  }
}

/** One process that does everything. */
export const allShards = (count = 1): Shards => new ShardSet(count, [...Array(count).keys()]);

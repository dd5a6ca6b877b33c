import type { EventStore } from '#event-store';
import { orderNameOf } from '#inventory';
import { type Shards, shardOf } from '#kernel';
import type { OrderSource } from '../src/change-source.ts';
import type { Wanted } from './lane.ts';
import { partitionOf } from './partition-of.ts';
import type { Held, Teller, Telling } from './teller.ts';
import { orderRecord, readKey } from './topic-record.ts';

/** Values out of order that are remembered, to be checked at the next `begin`. */
const SUSPECTS_MAX = 10_000;
const SUSPECTS_AT_ONCE = 100;

/**
 * Tells orders. There is no limit to their number, so nothing is kept for each. Instead, within a shard and partition they
 * are told in the log's order: then the greatest version that the topic holds there says which have been told.
 */
export class OrderTeller implements Teller {
  readonly isInLogOrder = true;
  readonly #store: Pick<EventStore, 'readAll'>;
  readonly #orders: OrderSource;
  readonly #shards: Shards;
  /** The position of the fold that passes on live changes. */
  readonly #position: () => number;
  /** The greatest version held, by partition and shard. */
  readonly #greatest = new Map<number, number>();
  /** A copy of it from the last `begin`. */
  #toldThrough = new Map<number, number>();
  /** Records after one of a greater version of their shard, or not of ours: they may have replaced a newer value. */
  readonly #suspects = new Map<string, Held>();
  #due: Held[] = [];
  #partitions = 1;
  #lookedAt = 0;
  #isLooking = false;

  constructor(parts: {
    readonly store: Pick<EventStore, 'readAll'>;
    readonly orders: OrderSource;
    readonly shards: Shards;
    readonly position: () => number;
  }) {
    this.#store = parts.store;
    this.#orders = parts.orders;
    this.#shards = parts.shards;
    this.#position = parts.position;
  }

  begin(partitions: number, isAnew: boolean): void {
    this.#partitions = partitions;
    this.#toldThrough = new Map(isAnew ? [] : this.#greatest);
    let least = Infinity;
    for (const shard of this.#shards.owned) {
      for (let partition = 0; partition < partitions; partition++) {
        least = Math.min(least, this.#toldThrough.get(this.#cell(partition, shard)) ?? 0);
      }
    }
    this.#lookedAt = least === Infinity ? this.#position() : least;
    this.#due = [...this.#suspects.values()].filter(({ key }) => this.#shards.has(key));
    this.#isLooking = true;
  }

  missing(): Promise<readonly Wanted[]> | undefined {
    if (!this.#isLooking) return undefined;
    return this.#due.length > 0 ? this.#mendDue() : this.#missingOnPage();
  }

  isNews({ position }: Wanted): boolean {
    return !this.#isLooking && position > this.#lookedAt;
  }

  async tellings(wanted: readonly Wanted[]): Promise<readonly Telling[]> {
    const tellings = await Promise.all(wanted.map((each) => this.#telling(each)));
    return tellings.filter((telling) => telling !== undefined);
  }

  holds(key: string, version: number | undefined, partition: number): void {
    if (version === undefined) return this.#suspect({ key, version: 0, partition });
    const cell = this.#cell(partition, shardOf(key, this.#shards.count));
    const isInOrder = version >= (this.#greatest.get(cell) ?? 0);
    if (isInOrder) this.#greatest.set(cell, version);
    this.#suspects.delete(key);
    if (!isInOrder) this.#suspect({ key, version, partition });
  }

  async mend({ key, version, partition }: Held): Promise<Wanted | undefined> {
    const greatest = this.#greatest.get(this.#cell(partition, shardOf(key, this.#shards.count))) ?? 0;
    // It was in order: a newer version, if there is one, comes after it or is still to be told.
    if (version >= greatest || !this.#shards.has(key)) return undefined;
    const name = readKey(key);
    const order = name && (await this.#orders.order(name.channel, name.id));
    if (order === undefined || order.position <= version) {
      if (this.#suspects.get(key)?.version === version) this.#suspects.delete(key);
      return undefined;
    }
    // It stays a suspect until the newer one is read back, for a send that is under way may be given up.
    return order.position > greatest ? undefined : { key, position: order.position };
  }

  forget(): void {
    this.#greatest.clear();
    this.#suspects.clear();
  }

  #suspect(held: Held): void {
    this.#suspects.set(held.key, held);
    if (this.#suspects.size > SUSPECTS_MAX) this.#suspects.delete(this.#suspects.keys().next().value!);
  }

  async #mendDue(): Promise<readonly Wanted[]> {
    const due = this.#due.splice(0, SUSPECTS_AT_ONCE);
    const mends = await Promise.all(due.map((held) => this.mend(held)));
    return mends.filter((wanted) => wanted !== undefined);
  }

  async #missingOnPage(): Promise<readonly Wanted[]> {
    const page = await this.#store.readAll({ after: this.#lookedAt, categories: ['order'] });
    const missing: Wanted[] = [];
    for (const { stream, position } of page.events) {
      const key = orderNameOf(stream);
      if (this.#shards.has(key) && position > this.#toldThroughOf(key)) missing.push({ key, position });
    }
    this.#lookedAt = Math.max(this.#lookedAt, page.position);
    // In this same turn: whatever the fold takes from here on comes by `changed`, and nothing from before.
    if (page.events.length === 0 && this.#lookedAt >= this.#position()) this.#isLooking = false;
    return missing;
  }

  #toldThroughOf(key: string): number {
    const cell = this.#cell(partitionOf(key, this.#partitions), shardOf(key, this.#shards.count));
    return this.#toldThrough.get(cell) ?? 0;
  }

  /** Undefined if there is a newer state: that is wanted by itself, and is told in its own turn. */
  async #telling({ key, position }: Wanted): Promise<Telling | undefined> {
    const name = readKey(key);
    if (name === undefined || !this.#shards.has(key)) return undefined;
    const order = await this.#orders.order(name.channel, name.id);
    if (order === undefined || order.position > position) return undefined;
    return { key, position, version: order.position, record: orderRecord(name.channel, name.id, order) };
  }

  #cell(partition: number, shard: number): number {
    return partition * this.#shards.count + shard;
  }
}

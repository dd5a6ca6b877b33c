import { assert } from '#kernel';
import { Change } from './change.ts';
import type { ListingNumber } from './change-source.ts';
import { comparePlaces, compareUtf8, endOf, ORDER, type Place } from './place.ts';

/** Changes of one channel kept in memory: the others are read from availability and from the log. */
export const RING_CHANGES_MAX = 4_096;

/** Some changes, in order, and where their reader stands behind them. */
export interface ChangeBatch {
  readonly changes: readonly Change[];
  readonly place: Place;
}

/** The newest changes of one channel, in order of their places: all that came after `floor`. */
export class ChangeRing {
  readonly #changesMax: number;
  #changes: Change[] = [];
  readonly #newest = new Map<string, Change>();
  #floor: Place;
  /** Numbers of the event that is being applied, in no order yet. */
  #collected: ListingNumber[] = [];
  #isOverfull = false;
  #count = 0;
  readonly #waiting = new Set<() => void>();

  constructor(position: number, changesMax = RING_CHANGES_MAX) {
    this.#floor = endOf(position);
    this.#changesMax = changesMax;
  }

  /** Grows with every change: a reader that saw the same count has missed nothing. */
  get count(): number {
    return this.#count;
  }

  /** True if everything behind this place is here. */
  covers(place: Place): boolean {
    return comparePlaces(place, this.#floor) >= 0;
  }

  /** Takes a number of the event that is being applied. */
  collect(number: ListingNumber): void {
    // One event of set-up may change a million listings: availability's own index then serves the readers.
    if (this.#collected.length >= this.#changesMax) this.#isOverfull = true;
    else this.#collected.push(number);
  }

  /** Ends the event that stands at `position`: what was collected is now to be read. */
  settle(position: number): void {
    const collected = this.#collected;
    if (this.#isOverfull) this.#clear(position);
    else {
      if (collected.length > 1) collected.sort((a, b) => compareUtf8(a.listing, b.listing));
      for (const number of collected) {
        assert(number.version === position, 'a number whose version is the event that caused it');
        this.#add(Change.ofNumber(number));
      }
    }
    this.#collected = [];
    this.#isOverfull = false;
  }

  addOrder(position: number, orderId: string): void {
    this.#add(new Change(position, ORDER, orderId));
  }

  /** Changes behind `place`, at most `limit`; what was overtaken is left out. */
  after(place: Place, limit: number, position: number): ChangeBatch {
    const changes: Change[] = [];
    for (let index = this.#firstBehind(place); index < this.#changes.length; index++) {
      const change = this.#changes[index]!;
      if (change.isSuperseded) continue;
      changes.push(change);
      if (changes.length === limit) return { changes, place: change };
    }
    return { changes, place: place.position > position ? place : endOf(position) };
  }

  /** Calls `wake` once, when there may be more. Returns how to stop. */
  onMore(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #add(change: Change): void {
    const key = `${change.kind}${change.id}`;
    this.#newest.get(key)?.supersede();
    this.#newest.set(key, change);
    this.#changes.push(change);
    this.#count++;
    if (this.#changes.length > this.#changesMax) this.#makeRoom();
  }

  /** Drops what was overtaken; if that is not a quarter, the oldest go too, and older readers use the indexes. */
  #makeRoom(): void {
    const kept = this.#changes.filter((change) => !change.isSuperseded);
    const excess = kept.length - Math.floor((this.#changesMax * 3) / 4);
    if (excess > 0) {
      for (const change of kept.splice(0, excess)) {
        this.#newest.delete(`${change.kind}${change.id}`);
        this.#floor = change;
      }
    }
    this.#changes = kept;
  }

  #clear(position: number): void {
    this.#changes = [];
    this.#newest.clear();
    this.#floor = endOf(position);
    this.#count++;
  }

  #firstBehind(place: Place): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comparePlaces(this.#changes[middle]!, place) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

import { assert, compareUtf8 } from '#kernel';
import { Change } from './change.ts';
import type { ListingNumber } from './change-source.ts';
import { comparePlaces, endOf, ORDER, type Place } from './place.ts';

/** Changes of one channel kept in memory: the others are read from availability and from the log. */
export const RING_CHANGES_MAX = 4_096;

/** Some changes, in order, and where their reader stands behind them. */
export interface ChangeBatch {
  readonly changes: readonly Change[];
  readonly place: Place;
}

/**
 * The newest changes of one channel, in order of their places: all that came after its floor. While nobody
 * reads them it keeps none, and costs nothing.
 */
export class ChangeRing {
  readonly #changesMax: number;
  #changes: Change[] = [];
  #newestListings = new Map<string, Change>();
  #newestOrders = new Map<string, Change>();
  #floor: Place;
  /** Numbers of the event that is being applied, in no order yet: nearly always there is one. */
  #first: ListingNumber | undefined;
  #others: ListingNumber[] = [];
  #isTouched = false;
  /** All of the event is kept, or nothing of it. */
  #isKeeping = false;
  #isOverfull = false;
  #count = 0;
  /** Of the changes that are here: how many were overtaken. */
  #supersededCount = 0;
  /** Changes since somebody last read. */
  #unread = 0;
  readonly #waiting = new Set<() => void>();

  constructor(position: number, changesMax = RING_CHANGES_MAX) {
    this.#floor = endOf(position);
    this.#changesMax = changesMax;
  }

  /** Grows with every change: a reader that saw the same count has missed nothing. */
  get count(): number {
    return this.#count;
  }

  /** True if somebody waits for a change. */
  get isAwaited(): boolean {
    return this.#waiting.size > 0;
  }

  /** A reader is here: from now on changes are kept for it. */
  attend(): void {
    this.#unread = 0;
  }

  /** True if everything behind this place is here. */
  covers(place: Place): boolean {
    return comparePlaces(place, this.#floor) >= 0;
  }

  /** Takes a number of the event that is being applied. True if it is the first of that event. */
  collect(number: ListingNumber): boolean {
    const isFirst = !this.#isTouched;
    this.#isTouched = true;
    if (isFirst) this.#isKeeping = this.#isAttended();
    if (this.#isKeeping) {
      // One event of set-up may change a million listings: availability's own index then serves the readers.
      if (this.#first === undefined) this.#first = number;
      else if (this.#others.length + 1 >= this.#changesMax) this.#isOverfull = true;
      else this.#others.push(number);
    }
    return isFirst;
  }

  /** Ends the event that stands at `position`: what was collected is now to be read. */
  settle(position: number): void {
    if (this.#isOverfull || !this.#isKeeping) this.#skip(position);
    else this.#addCollected(position);
    this.#first = undefined;
    if (this.#others.length > 0) this.#others = [];
    this.#isTouched = false;
    this.#isOverfull = false;
  }

  addOrder(position: number, orderId: string): void {
    if (this.#isAttended()) this.#add(new Change(position, ORDER, orderId), this.#newestOrders);
    else this.#skip(position);
  }

  /** Changes behind `place`, at most `limit`; what was overtaken is left out. `position` is how far the hub is. */
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

  /** Who has not read for a whole ring of changes reads the indexes anyway. */
  #isAttended(): boolean {
    return this.#unread < this.#changesMax || this.#waiting.size > 0;
  }

  #addCollected(position: number): void {
    if (this.#others.length === 0) return this.#addNumber(this.#first!, position);
    const collected = [this.#first!, ...this.#others];
    collected.sort((a, b) => compareUtf8(a.listing, b.listing));
    for (const number of collected) this.#addNumber(number, position);
  }

  #addNumber(number: ListingNumber, position: number): void {
    assert(number.version === position, 'a number whose version is the event that caused it');
    this.#add(Change.ofNumber(number), this.#newestListings);
  }

  #add(change: Change, newest: Map<string, Change>): void {
    const overtaken = newest.get(change.id);
    if (overtaken !== undefined) {
      overtaken.supersede();
      this.#supersededCount++;
    }
    newest.set(change.id, change);
    this.#changes.push(change);
    this.#count++;
    this.#unread++;
    if (this.#changes.length > this.#changesMax) this.#makeRoom();
  }

  /** Drops what was overtaken, if that is a quarter; else the oldest quarter, and older readers use the indexes. */
  #makeRoom(): void {
    const quarter = Math.ceil(this.#changesMax / 4);
    if (this.#supersededCount >= quarter) {
      this.#changes = this.#changes.filter((change) => !change.isSuperseded);
      this.#supersededCount = 0;
    } else this.#dropOldest(quarter);
  }

  #dropOldest(count: number): void {
    for (let index = 0; index < count; index++) {
      const change = this.#changes[index]!;
      if (change.isSuperseded) this.#supersededCount--;
      else (change.kind === ORDER ? this.#newestOrders : this.#newestListings).delete(change.id);
    }
    this.#floor = this.#changes[count - 1]!;
    this.#changes = this.#changes.slice(count);
  }

  /** Keeps nothing of this event, nor of those before it. */
  #skip(position: number): void {
    if (this.#changes.length > 0) {
      this.#changes = [];
      this.#newestListings = new Map();
      this.#newestOrders = new Map();
      this.#supersededCount = 0;
    }
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

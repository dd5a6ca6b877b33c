import { assert, compareUtf8 } from '#kernel';
import { Change } from './change.ts';
import type { ListingNumber } from './change-source.ts';
import { comparePlaces, endOf, ORDER, type Place } from './place.ts';

/** How many changes of one channel are kept in memory; older ones are read from availability and from the log. */
export const RING_CHANGES_MAX = 4_096;

/** Some changes, in order, and the place of their reader after them. */
export interface ChangeBatch {
  readonly changes: readonly Change[];
  readonly place: Place;
}

/**
 * The newest changes of one channel, in order of their places: all those after its floor. While there is no reader it
 * keeps none, and costs nothing.
 */
export class ChangeRing {
  readonly #changesMax: number;
  #changes: Change[] = [];
  #floor: Place;
  /** Numbers of the event that is being applied, not sorted yet. Nearly always there is only one. */
  #first: ListingNumber | undefined;
  #others: ListingNumber[] = [];
  #isTouched = false;
  /** Decided at the first number of an event: either all of its changes are kept or none. */
  #isKeeping = false;
  #isOverfull = false;
  #count = 0;
  /** From which index on overtaken changes were marked, and at which count that was done. */
  #marked = { from: 0, count: 0 };
  /** How many changes came since the last read. */
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

  /** Announces a reader: from now on changes are kept. */
  attend(): void {
    this.#unread = 0;
  }

  /** True if every change after this place is in memory. */
  covers(place: Place): boolean {
    return comparePlaces(place, this.#floor) >= 0;
  }

  /** Takes a number of the event that is being applied. Returns true for the first one of that event. */
  collect(number: ListingNumber): boolean {
    const isFirst = !this.#isTouched;
    this.#isTouched = true;
    if (isFirst) this.#isKeeping = this.#isAttended();
    if (this.#isKeeping) {
      // One event of set-up may change a million listings: then readers use availability's own index.
      if (this.#first === undefined) this.#first = number;
      else if (this.#others.length + 1 >= this.#changesMax) this.#isOverfull = true;
      else this.#others.push(number);
    }
    return isFirst;
  }

  /** Ends the event at `position`: what was collected can now be read. */
  settle(position: number): void {
    if (this.#isOverfull || !this.#isKeeping) this.#skip(position);
    else this.#addCollected(position);
    this.#first = undefined;
    if (this.#others.length > 0) this.#others = [];
    this.#isTouched = false;
    this.#isOverfull = false;
  }

  addOrder(position: number, orderId: string): void {
    if (this.#isAttended()) this.#add(new Change(position, ORDER, orderId));
    else this.#skip(position);
  }

  /** Changes after `place`, at most `limit`, without those that were overtaken. `position` is how far the hub is. */
  after(place: Place, limit: number, position: number): ChangeBatch {
    const changes: Change[] = [];
    const first = this.#firstAfter(place);
    this.#markOvertaken(first);
    for (let index = first; index < this.#changes.length; index++) {
      const change = this.#changes[index]!;
      if (change.isSuperseded) continue;
      changes.push(change);
      if (changes.length === limit) return { changes, place: change };
    }
    return { changes, place: place.position > position ? place : endOf(position) };
  }

  /** Calls `wake` once, when there may be more. Returns a function that cancels it. */
  onMore(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Not if a whole ring of changes has come since the last read: that reader has to use the indexes anyway. */
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
    this.#add(Change.ofNumber(number));
  }

  #add(change: Change): void {
    this.#changes.push(change);
    this.#count++;
    this.#unread++;
    if (this.#changes.length > this.#changesMax) this.#makeRoom();
  }

  /** Drops overtaken changes, if a sample says that is worth it; if they are less than a quarter, the oldest go too. */
  #makeRoom(): void {
    if (repeatThemselves(this.#changes)) {
      this.#markOvertaken(0);
      this.#changes = this.#changes.filter((change) => !change.isSuperseded);
    }
    const excess = this.#changes.length - Math.floor((this.#changesMax * 3) / 4);
    if (excess > 0) this.#floor = this.#changes.splice(0, excess).at(-1)!;
  }

  /**
   * Marks the changes, from an index on, that a later change has overtaken. Done when somebody reads, and then once for all
   * readers, rather than with every new change: most changes are read at once by readers that are up to date.
   */
  #markOvertaken(from: number): void {
    const isMarked = this.#marked.count === this.#count && from >= this.#marked.from;
    if (isMarked || from >= this.#changes.length - 1) return; // The last one is overtaken by none.
    this.#marked = { from, count: this.#count };
    const listings = new Set<string>();
    const orders = new Set<string>();
    for (let index = this.#changes.length - 1; index >= from; index--) {
      const change = this.#changes[index]!;
      const later = change.kind === ORDER ? orders : listings;
      const laterCount = later.size;
      if (later.add(change.id).size === laterCount) change.supersede();
    }
  }

  /** Keeps no change of this event or of earlier ones. */
  #skip(position: number): void {
    if (this.#changes.length > 0) this.#changes = [];
    this.#floor = endOf(position);
    this.#count++;
  }

  #firstAfter(place: Place): number {
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

/** How many of the newest are sampled: if one in eight is overtaken, it may pay to look at all of them. */
const SAMPLED_CHANGES = 256;

function repeatThemselves(changes: readonly Change[]): boolean {
  const newest = changes.slice(-SAMPLED_CHANGES);
  return new Set(newest.map(({ id }) => id)).size <= (newest.length * 7) / 8;
}

import { assert } from '#kernel';
import type { Backlog } from './backlog.ts';
import type { Change } from './change.ts';
import { endOf, ORDER, type Place } from './place.ts';
import type { ChangeRing } from './ring.ts';

/** Where a reader begins. */
export interface Start {
  readonly place: Place;
  /** Only orders that changed after this position are wanted; default: all after `place`. */
  readonly ordersAfter?: number;
}

/** What a reader needs of the hub. */
interface ReaderParts {
  readonly channel: string;
  readonly ring: ChangeRing;
  readonly backlog: Backlog;
  /** Every change up to this position is in ring or backlog. */
  readonly position: () => number;
}

/** Unlike any count of a ring. */
const NOTHING_SEEN = -1;

/**
 * Reads one channel's changes in order, from memory if they are still there. It holds only a place, no queue: so a slow
 * reader costs nothing, and a change that is overtaken before it was read is never seen.
 */
export class ChangeReader {
  readonly #parts: ReaderParts;
  readonly #ordersAfter: number;
  #place: Place;
  #seenCount = NOTHING_SEEN;
  #isReading = false;
  #heeded: AbortSignal | undefined;
  #abandon: (() => void) | undefined;

  constructor(parts: ReaderParts, start: Start) {
    this.#parts = parts;
    this.#place = start.place;
    this.#ordersAfter = start.ordersAfter ?? 0;
  }

  /** Everything up to here was handed out or is not wanted: another reader can go on from here. */
  get place(): Place {
    return this.#placed(this.#place);
  }

  /** The changes that there are now, in order, at most `limit`; if none, wait for `more`. Throws StoreUnavailable. */
  async next(limit: number): Promise<readonly Change[]> {
    assert(!this.#isReading, 'one read at a time');
    this.#isReading = true;
    try {
      return await this.#read(limit);
    } finally {
      this.#isReading = false;
    }
  }

  /** Resolves true as soon as `next` may find something, false once `signal` aborts. One wait at a time. */
  more(signal: AbortSignal): Promise<boolean> {
    const { ring } = this.#parts;
    if (signal.aborted) return Promise.resolve(false);
    if (ring.count !== this.#seenCount) return Promise.resolve(true);
    this.#heed(signal);
    return new Promise((resolve) => {
      const stop = ring.onMore(() => resolve(true));
      this.#abandon = () => {
        stop();
        resolve(false);
      };
    });
  }

  /** `change` as a place to resume at: with the orders that this reader does not want. */
  placeOf(change: Place): Place {
    return this.#placed({ position: change.position, kind: change.kind, id: change.id });
  }

  async #read(limit: number): Promise<readonly Change[]> {
    const { ring, position } = this.#parts;
    ring.attend();
    while (!ring.covers(this.#place)) {
      const batch = await this.#readBacklog(limit);
      this.#place = batch.place;
      if (batch.changes.length > 0) return batch.changes;
    }
    for (;;) {
      this.#seenCount = ring.count;
      const batch = ring.after(this.#place, limit, position());
      this.#place = batch.place;
      if (batch.changes.length === 0) return batch.changes;
      const wanted =
        this.#ordersAfter === 0 ? batch.changes : batch.changes.filter((each) => this.#wants(each));
      this.#seenCount = NOTHING_SEEN; // There may be more at once.
      if (wanted.length > 0) return wanted;
    }
  }

  /** Adds one listener per signal, however often the reader waits with it. */
  #heed(signal: AbortSignal): void {
    if (this.#heeded === signal) return;
    this.#heeded = signal;
    const leave = (): void => {
      if (this.#heeded === signal) this.#abandon?.();
    };
    signal.addEventListener('abort', leave, { once: true });
  }

  #wants(change: Change): boolean {
    return change.kind !== ORDER || change.position > this.#ordersAfter;
  }

  #readBacklog(limit: number): ReturnType<Backlog['read']> {
    const { channel, backlog } = this.#parts;
    return backlog.read({ channel, after: this.#place, ordersAfter: this.#ordersAfter, limit });
  }

  /** `ordersAfter` is part of the place only until the reader has passed it. */
  #placed(place: Place): Place {
    return place.position < this.#ordersAfter ? { ...place, ordersAfter: this.#ordersAfter } : place;
  }
}

/** With the next change. */
export const fromNow = (position: number): Start => ({ place: endOf(position) });

/** Every listing once, then every change; orders only if they change from now on. */
export const fromTheBeginning = (position: number): Start => ({ place: endOf(0), ordersAfter: position });

/** After the place of a cursor. */
export const fromPlace = (place: Place): Start =>
  place.ordersAfter === undefined ? { place } : { place, ordersAfter: place.ordersAfter };

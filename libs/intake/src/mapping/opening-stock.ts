import type { Instant, Quantity } from '#kernel';

const DAY_MS = 86_400_000;
/** Items that an opening may have: each costs a few counters. */
export const OPENING_ITEMS_MAX = 1_000_000;

/** The running totals of one item. */
interface Totals {
  /** The newest day seen of it, and what came in on that day and on the day before. */
  day: number;
  newerIn: Quantity;
  olderIn: Quantity;
  /** What came in before that, less all that went out; and the lowest that it ever was. */
  balance: Quantity;
  lowest: Quantity;
  out: Quantity;
}

/**
 * How much of each item must have been there at the start, so that its stock never falls below 0: computed in one reading of
 * the rows, with a few counters per item. What comes in counts only from the second day after: so the rows of a day may be
 * in any order, and a document may come up to a day later than its time says. The opening is therefore the maximum, over
 * all days, of what went out through that day less what had come in through the second day before it. If rows jump further
 * back in time the most cautious answer is used: all that ever goes out.
 */
export class OpeningStock {
  readonly #items = new Map<string, Totals>();
  #isInOrder = true;
  /** True when there are more items than it will count. */
  isFull = false;

  /** Notes how far a document comes after its time. */
  noteLag(lagMs: number): void {
    if (lagMs > DAY_MS) this.#isInOrder = false;
  }

  /** One row: `change` is signed; `latest` is the latest time of any row so far. */
  note(sku: string, change: Quantity, latest: Instant): void {
    const totals = this.#totals(sku);
    if (totals === undefined) return;
    settle(totals, Math.floor(latest / DAY_MS));
    if (change >= 0) {
      totals.newerIn += change;
    } else {
      totals.out -= change;
      totals.balance += change;
      totals.lowest = Math.min(totals.lowest, totals.balance);
    }
  }

  /** What must have been there of each item that needs any, by SKU in UTF-16 order. */
  needed(): { readonly sku: string; readonly quantity: Quantity }[] {
    return [...this.#items]
      .map(([sku, { lowest, out }]) => ({ sku, quantity: this.#isInOrder ? -lowest : out }))
      .filter(({ quantity }) => quantity > 0)
      .sort((a, b) => (a.sku < b.sku ? -1 : 1));
  }

  #totals(sku: string): Totals | undefined {
    let totals = this.#items.get(sku);
    if (totals === undefined) {
      if (this.#items.size >= OPENING_ITEMS_MAX) {
        this.isFull = true;
        return undefined;
      }
      totals = { day: -Infinity, newerIn: 0, olderIn: 0, balance: 0, lowest: 0, out: 0 };
      this.#items.set(sku, totals);
    }
    return totals;
  }
}

/** Counts on what came in long enough before a day. */
function settle(totals: Totals, day: number): void {
  if (day <= totals.day) return;
  totals.balance += totals.olderIn;
  totals.olderIn = totals.newerIn;
  totals.newerIn = 0;
  if (day > totals.day + 1) {
    totals.balance += totals.olderIn;
    totals.olderIn = 0;
  }
  totals.day = day;
}

import type { Instant } from '#kernel';
import type { ItemState } from './item-state.ts';

/** Up to so many orders are all looked at: that is quicker than to keep them sorted. */
const ORDERS_FEW_MAX = 100;
/** Hints of closed promises are dropped when they are met. With more of them than this, all hints are made anew. */
const SPARE_HINTS_MAX = 1_000;

type Commitments = ItemState['commitments'];

/** Says that an order was promised units at a location at this time. The promise may be closed by now. */
interface Hint {
  readonly order: string;
  readonly recordedAt: Instant;
}

/** Which orders of one item were promised units last, by location. */
interface NewestPromises {
  /** By location, the newest at the end. */
  readonly hints: Map<string, Hint[]>;
  /** The place of each order among the keys of the commitments. */
  readonly places: Map<string, number>;
  placeLast: number;
  hintCount: number;
}

/**
 * Kept beside the state and not in it, because it can be made from the state at any time. Only oversold items with many open
 * orders have an entry: there, each further order asks for those promised last.
 */
const KEPT = new WeakMap<Commitments, NewestPromises>();

/**
 * The keys of orders, among them those that were promised last at a location: the last `count`, or more if some were
 * promised at the same time, or all if they are few. In the state's own sequence, backwards.
 */
export function ordersPromisedLast(
  commitments: Commitments,
  { location, count, except }: { location: string; count: number; except: string },
): readonly string[] {
  const newest = KEPT.get(commitments) ?? hintsFor(commitments);
  if (Array.isArray(newest)) return newest.reverse().filter((order) => order !== except);
  const hints = newest.hints.get(location) ?? [];
  const orders = new Set<string>();
  let oldest = Infinity;
  for (let index = hints.length - 1; index >= 0; index--) {
    const { order, recordedAt } = hints[index]!;
    if (orders.size >= count && recordedAt < oldest) break;
    if (orders.has(order) || order === except) continue;
    const isOpen = commitments[order]?.some(
      (each) => each.location === location && each.recordedAt === recordedAt,
    );
    if (isOpen === true) {
      orders.add(order);
      oldest = recordedAt;
    } else {
      hints.splice(index, 1);
      newest.hintCount--;
    }
  }
  return [...orders].sort((a, b) => newest.places.get(b)! - newest.places.get(a)!);
}

/** Must be called before a new commitment is added to the state. */
export function notePromise(
  commitments: Commitments,
  order: string,
  { location, recordedAt }: { readonly location: string; readonly recordedAt: Instant },
): void {
  const newest = KEPT.get(commitments);
  if (newest === undefined) return;
  if (newest.hintCount > 2 * newest.places.size + SPARE_HINTS_MAX) {
    KEPT.delete(commitments);
    return;
  }
  if (commitments[order] === undefined) newest.places.set(order, ++newest.placeLast);
  addHint(newest, location, { order, recordedAt });
}

/** Must be called when an order has no commitment left. */
export function forgetOrder(commitments: Commitments, order: string): void {
  KEPT.get(commitments)?.places.delete(order);
}

/** Answers the orders themselves if they are few. */
function hintsFor(commitments: Commitments): NewestPromises | string[] {
  const orders = Object.keys(commitments);
  if (orders.length <= ORDERS_FEW_MAX) return orders;
  const newest: NewestPromises = {
    hints: new Map(),
    places: new Map(),
    placeLast: orders.length,
    hintCount: 0,
  };
  for (const [place, order] of orders.entries()) {
    newest.places.set(order, place);
    for (const { location, recordedAt } of commitments[order]!) {
      addHint(newest, location, { order, recordedAt });
    }
  }
  KEPT.set(commitments, newest);
  return newest;
}

/** Keeps hints sorted by time. Nearly always a hint is the newest, and goes to the end. */
function addHint(newest: NewestPromises, location: string, hint: Hint): void {
  const hints = newest.hints.get(location) ?? [];
  let index = hints.length;
  while (index > 0 && hints[index - 1]!.recordedAt > hint.recordedAt) index--;
  hints.splice(index, 0, hint);
  newest.hints.set(location, hints);
  newest.hintCount++;
}

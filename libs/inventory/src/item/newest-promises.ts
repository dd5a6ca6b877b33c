import type { Instant } from '#kernel';
import type { ItemState } from './item-state.ts';

/** With fewer orders all of them are looked at: that is quicker than to keep an order of them. */
const ORDERS_FEW_MAX = 100;
/** Hints of promises that are open no longer are dropped when they are met; beyond this many all of them are. */
const SPARE_HINTS_MAX = 1_000;

type Commitments = ItemState['commitments'];

/** That an order was promised units somewhere, as told then. It may be open no longer. */
interface Hint {
  readonly order: string;
  readonly recordedAt: Instant;
}

/** Which orders of one item were promised last, by location. */
interface Told {
  /** By location, those told last at the end. */
  readonly hints: Map<string, Hint[]>;
  /** The place of each order among the keys of the commitments. */
  readonly places: Map<string, number>;
  placeLast: number;
  count: number;
}

/**
 * Kept beside the state, and not in it, for it can be made anew from it at any time. Only where an item was seen to have many
 * open orders and to be sold more often than it is there: each further order asks for those promised last.
 */
const KEPT = new WeakMap<Commitments, Told>();

/**
 * The keys of orders, among them those that were promised last at a location: the last `count`, or more if some were
 * promised at the same time, or all if they are few. In the state's own sequence, backwards.
 */
export function ordersPromisedLast(
  commitments: Commitments,
  { location, count, except }: { location: string; count: number; except: string },
): readonly string[] {
  const told = KEPT.get(commitments) ?? make(commitments);
  if (Array.isArray(told)) return told.reverse().filter((order) => order !== except);
  const hints = told.hints.get(location) ?? [];
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
      told.count--;
    }
  }
  return [...orders].sort((a, b) => told.places.get(b)! - told.places.get(a)!);
}

/** To be called before a commitment is added that the state does not have yet. */
export function notePromise(
  commitments: Commitments,
  order: string,
  { location, recordedAt }: { readonly location: string; readonly recordedAt: Instant },
): void {
  const told = KEPT.get(commitments);
  if (told === undefined) return;
  if (told.count > 2 * told.places.size + SPARE_HINTS_MAX) {
    KEPT.delete(commitments);
    return;
  }
  if (commitments[order] === undefined) told.places.set(order, ++told.placeLast);
  addHint(told, location, { order, recordedAt });
}

/** To be called when an order has no commitment any more. */
export function forgetOrder(commitments: Commitments, order: string): void {
  KEPT.get(commitments)?.places.delete(order);
}

/** The orders themselves, if they are few. */
function make(commitments: Commitments): Told | string[] {
  const orders = Object.keys(commitments);
  if (orders.length <= ORDERS_FEW_MAX) return orders;
  const told: Told = { hints: new Map(), places: new Map(), placeLast: orders.length, count: 0 };
  for (const [place, order] of orders.entries()) {
    told.places.set(order, place);
    for (const { location, recordedAt } of commitments[order]!) {
      addHint(told, location, { order, recordedAt });
    }
  }
  KEPT.set(commitments, told);
  return told;
}

/** Nearly always it goes to the end: what is told later is promised later. */
function addHint(told: Told, location: string, hint: Hint): void {
  const hints = told.hints.get(location) ?? [];
  let index = hints.length;
  while (index > 0 && hints[index - 1]!.recordedAt > hint.recordedAt) index--;
  hints.splice(index, 0, hint);
  told.hints.set(location, hints);
  told.count++;
}

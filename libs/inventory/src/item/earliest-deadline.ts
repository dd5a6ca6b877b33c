import type { Instant } from '#kernel';
import type { ItemState } from './item-state.ts';

/** With fewer holds all of them are looked at: that costs less than to keep their order. */
const HOLDS_FEW_MAX = 100;
/** Hints of holds that are gone are passed over when they are met; beyond this many more all hints are dropped. */
const SPARE_HINTS_MAX = 1_000;

type Holds = ItemState['holds'];

/** That a hold had this deadline, as told then. It may have a later one now, or be gone. */
interface Hint {
  readonly key: string;
  readonly expiresAt: Instant;
}

/** The deadlines of one item's holds, the earliest first. */
interface Deadlines {
  readonly hints: Hint[];
  /** Those before it were passed over. */
  first: number;
  readonly hintsMax: number;
}

/**
 * Kept beside the state, and not in it, for it can be made anew from it at any time. Only where an item was seen to have many
 * holds: each of them that ends at its deadline asks for the next one.
 */
const KEPT = new WeakMap<Holds, Deadlines>();

/** Undefined if nothing is held. */
export function earliestDeadline(holds: Holds): Instant | undefined {
  const known = KEPT.get(holds);
  return known ? firstOf(known, holds) : lookAtAll(holds);
}

/** To be called when a hold is made, or gets another deadline. */
export function noteDeadline(holds: Holds, key: string, expiresAt: Instant): void {
  const known = KEPT.get(holds);
  if (known === undefined) return;
  if (known.hints.length === known.hintsMax) KEPT.delete(holds);
  else known.hints.splice(placeOf(known, expiresAt), 0, { key, expiresAt });
}

function firstOf(known: Deadlines, holds: Holds): Instant | undefined {
  for (; known.first < known.hints.length; known.first++) {
    const { key, expiresAt } = known.hints[known.first]!;
    if (holds[key]?.expiresAt === expiresAt) return expiresAt;
  }
  return undefined;
}

function lookAtAll(holds: Holds): Instant | undefined {
  const hints: Hint[] = [];
  for (const key in holds) hints.push({ key, expiresAt: holds[key]!.expiresAt });
  hints.sort((a, b) => a.expiresAt - b.expiresAt);
  const hintsMax = 2 * hints.length + SPARE_HINTS_MAX;
  if (hints.length > HOLDS_FEW_MAX) KEPT.set(holds, { hints, first: 0, hintsMax });
  return hints[0]?.expiresAt;
}

/** Behind all that are due no later. */
function placeOf({ hints, first }: Deadlines, expiresAt: Instant): number {
  let from = first;
  let to = hints.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (hints[middle]!.expiresAt <= expiresAt) from = middle + 1;
    else to = middle;
  }
  return from;
}

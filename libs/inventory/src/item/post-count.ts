import type { Quantity } from '#kernel';
import { compareFacts, type Count } from '../entry.ts';
import { type Draft, record, touch } from './draft.ts';
import { flagMore, type Party } from './exceptions.ts';
import type { Anchor, CountPosted } from './item-event.ts';
import { placeOf, stockOf } from './item-readers.ts';
import type { ItemState } from './item-state.ts';
import { anchorIn, isSameDocument, movedAfter, newestSweep, sweepsStanding } from './past.ts';
import { afterAnchor, pastOf, sweepBefore } from './post-sweep.ts';

/** Somebody counted: this quantity was there at that time. */
export function postCount(draft: Draft, count: Count, party: Party): void {
  touch(draft, count.location);
  if (liftsSweep(draft.state, count)) liftSweep(draft, count);
  sweepBefore(draft, count);
  const { location, disposition, key, quantity, watermark, cause } = count;
  const data = { key, location, disposition, quantity, watermark, cause, ...judgeCount(draft, count) };
  record(draft, { type: 'CountPosted', data: { ...data, journal: draft.journal } });
  if (draft.context.isActive(location)) return;
  flagMore(draft, 'inactive-location', { location, party, quantity: count.quantity });
}

function judgeCount(draft: Draft, count: Count): Pick<CountPosted, 'variance' | 'superseded'> {
  const { quantity } = count;
  const stock = stockOf(placeOf(draft.state, count.location), count.disposition);
  if (!stock) return { variance: quantity };
  const order = stock.anchor ? compareFacts(count.key, stock.anchor.key) : 1;
  if (order < 0) return { variance: 0, superseded: true };
  // Another line of the same message: what it counted is there besides what the first one did.
  if (order === 0) return { variance: quantity };
  return { variance: quantity + afterAnchor(draft, count.location, stock, count) - stock.onHand };
}

/** True if the newest sweep of the place is of the very document that lists the item with this count. */
export function liftsSweep(state: ItemState, { location, key }: Count): boolean {
  const swept = placeOf(state, location)?.swept;
  return swept !== undefined && isSameDocument(swept.key, key);
}

/** Computes anew, from all facts but that sweep, the stocks that stood on it. */
function liftSweep(draft: Draft, { location, key }: Count): void {
  const past = pastOf(draft);
  const sweeps = sweepsStanding(past, location, key);
  const stocks = placeOf(draft.state, location)!
    .stock.filter(({ anchor }) => anchor && isSameDocument(anchor.key, key) && anchor.quantity === 0)
    .map(({ disposition, onHand }) => {
      const anchor = anchorIn(past, sweeps, location, disposition);
      return { disposition, variance: standing(draft, location, disposition, anchor) - onHand, anchor };
    });
  record(draft, {
    type: 'SweepLifted',
    data: { key, location, swept: newestSweep(sweeps), stocks, journal: draft.journal },
  });
}

const standing = (
  draft: Draft,
  location: string,
  disposition: Count['disposition'],
  anchor: Anchor | undefined,
): Quantity => (anchor?.quantity ?? 0) + movedAfter(pastOf(draft), location, disposition, anchor);

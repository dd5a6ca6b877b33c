import type { Quantity } from '#kernel';
import type { Draft } from './draft.ts';
import { setException } from './exceptions.ts';
import type { ExceptionName } from './item-event.ts';
import { exceptionKey } from './item-keys.ts';
import { placeOf } from './item-readers.ts';

/** Sums are exact up to twice as much: more than this is flagged before a number can be wrong. */
const EXACT_MAX: Quantity = 2 ** 52;

const NAME: ExceptionName = { kind: 'out-of-range' };
const KEY = exceptionKey(NAME);

/**
 * Flags an item of which more was told over time than numbers can hold exactly: 45 billion units in one account.
 * The fact is recorded nevertheless, but the decimals are not to be trusted. It is only resolved by hand.
 */
export function judgeRange(draft: Draft): void {
  const { outside, exceptions } = draft.state;
  const { supplier, customer, adjustment, shrinkage } = outside;
  let most = Math.max(Math.abs(supplier), Math.abs(customer), Math.abs(adjustment), Math.abs(shrinkage));
  for (const { location } of draft.touched) {
    const place = placeOf(draft.state, location);
    if (place === undefined) continue;
    most = Math.max(most, Math.abs(place.committed), place.reserved, Math.abs(place.inTransit));
    for (const { onHand } of place.stock) most = Math.max(most, Math.abs(onHand));
  }
  if (most > EXACT_MAX && exceptions[KEY] === undefined) setException(draft, NAME, most);
}

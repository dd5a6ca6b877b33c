import { assert, type Instant, type Quantity } from '#kernel';
import { compareFacts, type FactKey } from '../entry.ts';
import type { Disposition } from '../message.ts';
import { type Draft, record, touch } from './draft.ts';
import type { ItemSweep } from './item-command.ts';
import type { SweepPosted } from './item-event.ts';
import { placeOf, stockOf } from './item-readers.ts';
import type { DispositionStock, ItemState, Place } from './item-state.ts';
import { isSameDocument, movedAfter, sweepsStanding } from './past.ts';

/** A fact about one place; the sweeps that apply to it must be posted before it. */
interface SweptFact {
  readonly kind: 'move' | 'count';
  readonly location: string;
  readonly disposition: Disposition;
  readonly key: FactKey;
}

/** A complete snapshot did not list this item: it is 0 there if it was ever told of before. */
export function postSweep(draft: Draft, sweep: ItemSweep): void {
  const place = placeOf(draft.state, sweep.location);
  const told = place?.stock.filter((stock) => isToldBy(stock, sweep.key.at)) ?? [];
  if (told.length === 0) return;
  touch(draft, sweep.location);
  const variances = told.map((stock) => {
    return { disposition: stock.disposition, variance: sweepVariance(draft, sweep, stock) };
  });
  recordSweep(draft, sweep, variances);
}

/** True if a movement or count of it happened by then. */
export const isToldBy = ({ since }: DispositionStock, at: Instant): boolean =>
  since !== undefined && since <= at;

function sweepVariance(draft: Draft, sweep: ItemSweep, stock: DispositionStock): Quantity {
  if (stock.anchor && compareFacts(stock.anchor.key, sweep.key) >= 0) return 0;
  return afterAnchor(draft, sweep.location, stock, sweep) - stock.onHand;
}

/** What moved after this anchor; the past is read only if the state cannot tell. */
export function afterAnchor(
  draft: Draft,
  location: string,
  stock: DispositionStock,
  anchor: { readonly key: FactKey; readonly watermark?: number },
): Quantity {
  const place = placeOf(draft.state, location);
  if (!place || !mayHaveMovedAfter(place, stock, anchor)) return 0;
  return movedAfter(pastOf(draft), location, stock.disposition, anchor);
}

/** False if the state alone tells that nothing moved after the count. */
export function mayHaveMovedAfter(
  place: Place,
  stock: DispositionStock,
  { key, watermark }: { readonly key: FactKey; readonly watermark?: number },
): boolean {
  if (stock.movedAt === undefined) return false;
  if (stock.movedAt > key.at) return true;
  if (watermark === undefined) return false;
  const highest = place.sequences?.find(({ source }) => source === key.source)?.highest;
  return highest !== undefined && highest > watermark;
}

/**
 * A complete snapshot also swept an item that we are told of only later, with a fact from before the snapshot: posts
 * the sweeps that apply to this fact and are not posted yet. All else that was told of the disposition happened after
 * them, so that the only thing they change today is the effect of this fact.
 */
export function sweepBefore(draft: Draft, fact: SweptFact): void {
  const { location, disposition, key } = fact;
  const place = placeOf(draft.state, location);
  const since = stockOf(place, disposition)?.since ?? Infinity;
  if (key.at >= since) return;
  if (standsOnSweptPlace(draft.state, fact)) {
    // The state has only the newest of the place's sweeps, and the past has not yet what this decision posts.
    const known = [...(draft.context.past ?? []), ...draft.events];
    for (const sweep of sweepsStanding(known, location)) {
      const isMissing = sweep.key.at >= key.at && sweep.key.at < since;
      if (isMissing) recordSweep(draft, sweep, [{ disposition, variance: 0 }]);
    }
  }
  for (const sweep of draft.context.sweeps(location, key.at, sinceOf(place))) {
    const isListed = fact.kind === 'count' && isSameDocument(sweep.key, key);
    if (isListed || isPostedNow(draft, sweep)) continue;
    recordSweep(draft, sweep, [{ disposition, variance: 0 }]);
  }
}

/** Earliest time of any fact about the place: every sweep of the location from then on has been posted. */
const sinceOf = (place: Place | undefined): Instant =>
  Math.min(...(place?.stock.map(({ since }) => since ?? Infinity) ?? []), Infinity);

/** The sweep is posted already if another account of the same movement is in the same place. */
const isPostedNow = ({ events }: Draft, { key, location }: ItemSweep): boolean =>
  events.some(
    ({ type, data }) =>
      type === 'SweepPosted' && data.location === location && compareFacts(data.key, key) === 0,
  );

/** True for a fact earlier than all others of its disposition, in a place that was swept after it. */
export function standsOnSweptPlace(
  state: ItemState,
  { location, disposition, key }: Omit<SweptFact, 'kind'>,
): boolean {
  const place = placeOf(state, location);
  if (!place?.swept || key.at > place.swept.key.at) return false;
  return key.at < (stockOf(place, disposition)?.since ?? Infinity);
}

function recordSweep(
  draft: Draft,
  sweep: Omit<ItemSweep, 'kind'>,
  variances: SweepPosted['variances'],
): void {
  const { key, location, watermark } = sweep;
  record(draft, {
    type: 'SweepPosted',
    data: { key, location, watermark, variances, journal: draft.journal },
  });
}

/** The past, which `pastNeeded` must have asked for. */
export function pastOf(draft: Draft): NonNullable<Draft['context']['past']> {
  assert(draft.context.past, 'the past of the item, as pastNeeded asked');
  return draft.context.past;
}

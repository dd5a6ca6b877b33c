import { compareFacts, type FactKey, type Move } from '../entry.ts';
import { parseAccount } from './account.ts';
import { mayHaveAsked } from './adjust.ts';
import type { ItemCommand, ItemEntry, ItemSweep, Post } from './item-command.ts';
import { placeOf, stockOf } from './item-readers.ts';
import type { DispositionStock, ItemState, Place } from './item-state.ts';
import type { PastNeeded } from './past.ts';
import { liftsSweep } from './post-count.ts';
import { mayBeForgotten, mayHaveCome } from './post-expectation.ts';
import { isToldBy, mayHaveMovedAfter, standsOnSweptPlace } from './post-sweep.ts';

/** How much of the item's past the decision will need, beyond what the state remembers; most need none. */
export function pastNeeded(command: ItemCommand, state: ItemState): PastNeeded | undefined {
  switch (command.type) {
    case 'post':
      return command.journal <= state.postedThrough ? undefined : postNeeds(command, state);
    case 'adjust':
      return mayHaveAsked(state, command.adjustmentId) ? 'all' : undefined;
    case 'reallocate':
      return mayHaveAsked(state, command.reallocationId) ? 'all' : undefined;
    default:
      return undefined;
  }
}

function postNeeds({ entries }: Post, state: ItemState): PastNeeded | undefined {
  let needed: Exclude<PastNeeded, 'all'> | undefined;
  for (const entry of entries) {
    const more = entryNeeds(entry, state);
    if (more === 'all') return 'all';
    if (more && more.movedAfter < (needed?.movedAfter ?? Infinity)) needed = more;
  }
  return needed;
}

type Needed = PastNeeded | undefined;

function entryNeeds(entry: ItemEntry, state: ItemState): Needed {
  switch (entry.kind) {
    case 'move':
      return moveNeeds(entry, state);
    case 'count': {
      if (liftsSweep(state, entry) || standsOnSweptPlace(state, entry)) return 'all';
      const place = placeOf(state, entry.location);
      const stock = stockOf(place, entry.disposition);
      return place && stock && anchorNeeds(place, stock, entry);
    }
    case 'sweep':
      return sweepNeeds(placeOf(state, entry.location), entry);
    case 'expect':
      return mayHaveCome(state, entry.documentId) ? 'all' : undefined;
    default:
      return undefined;
  }
}

function moveNeeds({ expectation, from, to, key }: Move, state: ItemState): Needed {
  if (expectation !== undefined && mayBeForgotten(state, expectation)) return 'all';
  if (!state.places.some(isSwept)) return undefined;
  return accountStands(state, from, key) || accountStands(state, to, key) ? 'all' : undefined;
}

const isSwept = ({ swept }: Place): boolean => swept !== undefined;

function accountStands(state: ItemState, account: string, key: FactKey): boolean {
  const parsed = parseAccount(account);
  return parsed.kind === 'on-hand' && standsOnSweptPlace(state, { ...parsed, key });
}

function sweepNeeds(place: Place | undefined, sweep: ItemSweep): Needed {
  const isNeeded = place?.stock.some(
    (stock) => isToldBy(stock, sweep.key.at) && anchorNeeds(place, stock, sweep),
  );
  return isNeeded ? anchorPast(sweep) : undefined;
}

type CountLike = Pick<ItemSweep, 'key' | 'watermark'>;

/** The past is needed for a count that becomes the last one while movements after it are posted already. */
function anchorNeeds(place: Place, stock: DispositionStock, count: CountLike): Needed {
  if (stock.anchor && compareFacts(count.key, stock.anchor.key) <= 0) return undefined;
  return mayHaveMovedAfter(place, stock, count) ? anchorPast(count) : undefined;
}

/** With a watermark, movements that the source had not seen yet may have happened at any time. */
const anchorPast = ({ key, watermark }: CountLike): PastNeeded =>
  watermark === undefined ? { movedAfter: key.at } : 'all';

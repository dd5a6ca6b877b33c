import { type Account, type Move, onHandAccount } from '../entry.ts';
import { type ParsedAccount, parseAccount } from './account.ts';
import { type Draft, record, touch } from './draft.ts';
import { flagMore, type Party } from './exceptions.ts';
import type { MovementPosted } from './item-event.ts';
import { placeOf, stockOf } from './item-readers.ts';
import { isAfter } from './past.ts';
import { judgeReceived } from './post-expectation.ts';
import { sweepBefore } from './post-sweep.ts';

type OnHand = Extract<ParsedAccount, { kind: 'on-hand' }>;

/** Goods left one account and entered another. */
export function postMovement(draft: Draft, move: Move, party: Party): void {
  const from = onHandOf(move.from);
  const to = onHandOf(move.to);
  const isFromLate = from !== undefined && isLate(draft, move, from);
  const isToLate = to !== undefined && isLate(draft, move, to);
  const late =
    isFromLate || isToLate ? [isFromLate && from, isToLate && to].filter((each) => each !== false) : NONE;
  record(draft, { type: 'MovementPosted', data: movementOf(move, late, draft.journal) });
  const { quantity } = move;
  for (const place of late) {
    const { location } = place;
    // A movement at the very time of a count is included in it as well, but was not told late.
    if (isBeforeCount(draft, move, place)) flagMore(draft, 'late', { location, party, quantity });
  }
  if (from) flagInactive(draft, move, from.location, party);
  if (to && to.location !== from?.location) flagInactive(draft, move, to.location, party);
  if (move.expectation !== undefined) judgeReceived(draft, move.expectation);
}

const NONE: readonly OnHand[] = [];

function onHandOf(account: Account): OnHand | undefined {
  const parsed = parseAccount(account);
  return parsed.kind === 'on-hand' ? parsed : undefined;
}

/** True if the last count of the account is later, and so already includes what the movement did. */
function isLate(draft: Draft, move: Move, { location, disposition }: OnHand): boolean {
  touch(draft, location);
  sweepBefore(draft, { kind: 'move', location, disposition, key: move.key });
  const anchor = stockOf(placeOf(draft.state, location), disposition)?.anchor;
  return anchor !== undefined && !isAfter(move.key, move.sequence, anchor);
}

const isBeforeCount = ({ state }: Draft, { key }: Move, { location, disposition }: OnHand): boolean =>
  key.at < stockOf(placeOf(state, location), disposition)!.anchor!.key.at;

function movementOf(move: Move, late: readonly OnHand[], journal: number | undefined): MovementPosted {
  const { key, from, to, quantity, cause, channel, orderId, expectation, sequence } = move;
  const countedSince =
    late.length > 0 ? late.map((each) => onHandAccount(each.location, each.disposition)) : undefined;
  return { key, from, to, quantity, cause, channel, orderId, expectation, sequence, countedSince, journal };
}

function flagInactive(draft: Draft, { quantity }: Move, location: string, party: Party): void {
  if (!draft.context.isActive(location)) flagMore(draft, 'inactive-location', { location, party, quantity });
}

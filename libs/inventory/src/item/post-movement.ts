import type { Account, Move } from '../entry.ts';
import type { Disposition } from '../message.ts';
import { parseAccount } from './account.ts';
import { type Draft, record, touch } from './draft.ts';
import { flagMore, type Party } from './exceptions.ts';
import type { MovementPosted } from './item-event.ts';
import { placeOf, stockOf } from './item-readers.ts';
import { isAfter } from './past.ts';
import { judgeReceipt } from './post-expectation.ts';
import { sweepBefore } from './post-sweep.ts';

/** Goods left one account and entered another. */
export function postMovement(draft: Draft, move: Move, party: Party): void {
  const late: Account[] = [];
  prepareAccount(draft, move, move.from, late);
  prepareAccount(draft, move, move.to, late);
  record(draft, { type: 'MovementPosted', data: movementOf(move, late, draft.journal) });
  for (const account of late) {
    flagMore(draft, 'late', { location: locationOf(account)!, party, quantity: move.quantity });
  }
  flagInactive(draft, move, locationOf(move.from), party);
  if (locationOf(move.to) !== locationOf(move.from)) flagInactive(draft, move, locationOf(move.to), party);
  if (move.expectation !== undefined) judgeReceipt(draft, move.expectation);
}

/** Names the account in `late` if its last count is later than the movement. */
function prepareAccount(draft: Draft, move: Move, account: Account, late: Account[]): void {
  const parsed = parseAccount(account);
  if (parsed.kind !== 'on-hand') return;
  const { location, disposition } = parsed;
  touch(draft, location);
  sweepBefore(draft, { kind: 'move', location, disposition, key: move.key });
  if (!isAfterAnchor(draft, move, location, disposition)) late.push(account);
}

function isAfterAnchor(draft: Draft, move: Move, location: string, disposition: Disposition): boolean {
  const anchor = stockOf(placeOf(draft.state, location), disposition)?.anchor;
  return !anchor || isAfter(move.key, move.sequence, anchor);
}

function movementOf(move: Move, late: readonly Account[], journal: number | undefined): MovementPosted {
  const { key, from, to, quantity, cause, channel, orderId, expectation, sequence } = move;
  const countedSince = late.length > 0 ? late : undefined;
  return { key, from, to, quantity, cause, channel, orderId, expectation, sequence, countedSince, journal };
}

function flagInactive(draft: Draft, move: Move, location: string | undefined, party: Party): void {
  if (location === undefined || draft.context.isActive(location)) return;
  flagMore(draft, 'inactive-location', { location, party, quantity: move.quantity });
}

/** Undefined for the world outside and for what is on its way. */
function locationOf(account: Account): string | undefined {
  const parsed = parseAccount(account);
  return parsed.kind === 'on-hand' ? parsed.location : undefined;
}

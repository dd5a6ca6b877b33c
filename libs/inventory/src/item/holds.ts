import type { Instant, Quantity } from '#kernel';
import type { HoldEnd } from '../entry.ts';
import type { Rejection } from '../rejection.ts';
import { type Draft, record, touch } from './draft.ts';
import type { EndHold, Post, TrimHold } from './item-command.ts';
import type { HoldPart } from './item-event.ts';
import { nameKey } from './item-keys.ts';
import type { Hold } from './item-state.ts';
import { type HoldsTaken, placeToCommit } from './post-open.ts';

/** Before anything else is decided: a hold past its deadline is gone. */
export function expireOverdue(draft: Draft): void {
  const { deadline, holds } = draft.state;
  if (deadline === undefined || deadline > draft.context.now) return;
  for (const hold of Object.values(holds)) {
    if (hold.expiresAt <= draft.context.now) endHold(draft, hold, 'expired');
  }
}

/** Its parts are free again, or were promised to an order by the events before this one. */
function endHold(draft: Draft, hold: Hold, end: 'confirmed' | 'released' | 'expired'): void {
  for (const { location } of hold.parts) touch(draft, location);
  const { reservationId } = hold;
  record(draft, { type: 'ReservationEnded', data: { reservationId, end, journal: draft.journal } });
}

/** The orders' lines have taken what they confirm: the holds end, which releases the rest. */
export function endHoldsTaken(draft: Draft, taken: HoldsTaken): void {
  for (const reservationId of taken.keys()) {
    const hold = draft.state.holds[nameKey(reservationId)];
    if (hold) endHold(draft, hold, 'confirmed');
  }
}

/** What the reservation's own stream decided; posting brings it, unless a request has done so sooner. */
export function postHoldEnd(draft: Draft, ended: HoldEnd, post: Post): void {
  if (ended.end === 'confirmed') confirmHold(draft, ended, post);
  else endOrExtend(draft, { ...ended, end: ended.end });
}

/** A hold that is gone already has ended; it cannot be extended. */
export function endOrExtend(
  draft: Draft,
  { end, expiresAt, ...of }: Omit<EndHold, 'type'>,
): Rejection | undefined {
  const hold = holdOf(draft, of);
  if (end === 'extended') return hold ? extendHold(draft, hold, expiresAt ?? hold.expiresAt) : holdGone;
  if (hold) endHold(draft, hold, end);
  return undefined;
}

/**
 * The hold that this request made; a hold made later under the same id is a different one. A hold from the first days of
 * OnHand does not say which request made it: any may have.
 */
function holdOf(
  draft: Draft,
  { reservationId, request }: { readonly reservationId: string; readonly request?: number },
): Hold | undefined {
  const hold = draft.state.holds[nameKey(reservationId)];
  const isAny = request === undefined || hold?.request === undefined;
  return isAny || hold.request === request ? hold : undefined;
}

const holdGone: Rejection = {
  code: 'RESERVATION_TERMINAL',
  detail: 'The reservation has expired. Make a new one.',
  facts: { state: 'expired' },
};

/** A deadline only moves later: of two extensions the later deadline stands, in whatever order they come. */
function extendHold(
  draft: Draft,
  { reservationId, expiresAt: deadline }: Hold,
  expiresAt: Instant,
): undefined {
  if (expiresAt <= deadline) return;
  record(draft, {
    type: 'ReservationExtended',
    data: { reservationId, expiresAt, journal: draft.journal },
  });
}

/**
 * Promises to the order what was confirmed, where it was held. It was confirmed in time, so it is promised even
 * if the hold has expired before this was posted.
 */
function confirmHold(draft: Draft, confirmed: HoldEnd, post: Post): void {
  const { channel, orderId } = confirmed;
  const hold = holdOf(draft, confirmed);
  if (channel !== undefined && orderId !== undefined) {
    let missing = confirmed.quantity ?? 0;
    for (const part of hold?.parts ?? []) {
      missing -= promise(draft, { channel, orderId }, { ...part, most: missing, confirmed, post });
    }
    const location = missing > 0 ? placeToCommit(draft, { channel }, missing) : '';
    promise(draft, { channel, orderId }, { location, quantity: missing, most: missing, confirmed, post });
  }
  if (hold) endHold(draft, hold, 'confirmed');
}

interface Promised {
  readonly location: string;
  readonly quantity: Quantity;
  readonly most: Quantity;
  readonly confirmed: HoldEnd;
  readonly post: Post;
}

/** Promises it without a line: the order will name one. */
function promise(draft: Draft, order: { channel: string; orderId: string }, promised: Promised): Quantity {
  const quantity = Math.min(promised.quantity, promised.most);
  if (quantity === 0) return 0;
  const { location, confirmed, post } = promised;
  touch(draft, location);
  const { recordedAt, journal } = post;
  const { at: occurredAt } = confirmed.key;
  record(draft, {
    type: 'StockCommitted',
    data: { ...order, location, quantity, occurredAt, recordedAt, journal },
  });
  return quantity;
}

/** Keeps `quantity` of what is held, from the first parts on. */
export function trimHold(draft: Draft, { reservationId, quantity }: TrimHold): void {
  const hold = draft.state.holds[nameKey(reservationId)];
  if (!hold) return;
  if (quantity === 0) return endHold(draft, hold, 'released');
  const parts: HoldPart[] = [];
  let left = quantity;
  for (const part of hold.parts) {
    touch(draft, part.location);
    const kept = Math.min(left, part.quantity);
    if (kept > 0) parts.push({ location: part.location, quantity: kept });
    left -= kept;
  }
  record(draft, { type: 'StockReserved', data: { ...hold, parts } });
}

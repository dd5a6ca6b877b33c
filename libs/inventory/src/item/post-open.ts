import type { Instant, Quantity } from '#kernel';
import { CUSTOMER, type Move, type Open, type OpenPast, type Settle } from '../entry.ts';
import { parseAccount } from './account.ts';
import { type Draft, record, touch } from './draft.ts';
import { flagMore, type Party } from './exceptions.ts';
import type { Post } from './item-command.ts';
import type { CommitmentReleased } from './item-event.ts';
import { nameKey, orderKey } from './item-keys.ts';
import { freeAt } from './item-readers.ts';
import type { HeldCommitment, ItemState } from './item-state.ts';

/** The location of promises that no location can be found for: it counts for no channel, but is shown. */
export const UNASSIGNED = 'unassigned';

/** What is left of the holds that one order's lines take over; the holds end after the last of these lines. */
export type HoldsTaken = Map<string, { location: string; quantity: Quantity }[]>;

/** Takes in how much of an order's line is open now: promises what is missing, or releases what is too much. */
export function postOpen(draft: Draft, open: Open, post: Post, taken: HoldsTaken): void {
  const held = commitmentsOf(draft.state, open).filter(({ line }) => line === open.line);
  const parts = holdOf(draft.state, open, taken);
  const delta = open.quantity - sumOf(held);
  if (delta > 0) commit(draft, open, { quantity: delta, post, parts });
  if (delta < 0) {
    release(draft, { quantity: -delta, held, near: open.near, cause: post.cause, at: open.key.at });
  }
  if (open.moves === true) moveToPin(draft, open, post);
}

/**
 * Moves what was promised before its place was told. What was reallocated after the fact happened stays where the
 * reallocation put it.
 */
function moveToPin(draft: Draft, open: Open, post: Post): void {
  const { location: pin, line, key } = open;
  if (pin === undefined) return;
  for (const held of [...commitmentsOf(draft.state, open)]) {
    const { location, quantity, movedAt } = held;
    if (held.line !== line || location === pin) continue;
    if (movedAt !== undefined && movedAt >= key.at) continue;
    commitAt(draft, open, { location: pin, quantity, post });
    releaseAt(draft, held, { quantity, cause: post.cause, at: key.at });
  }
}

interface Commit {
  readonly quantity: Quantity;
  readonly post: Post;
  readonly parts: HoldParts;
}

/**
 * First what a confirmed reservation promised this order, then its hold, then what is free. A line that is
 * pinned to a place is promised there, wherever it was held.
 */
function commit(draft: Draft, open: Open, { quantity, post, parts }: Commit): void {
  const { location: pin } = open;
  const unnamed = unnamedOf(draft.state, open);
  let missing = quantity;
  for (const promised of pinnedFirst(unnamed, pin)) {
    const converted = Math.min(missing, promised.quantity);
    if (converted === 0) continue;
    commitAt(draft, open, { location: pin ?? promised.location, quantity: converted, post });
    releaseAt(draft, promised, { quantity: converted, cause: 'order', at: open.key.at });
    missing -= converted;
  }
  for (const part of pinnedFirst(parts, pin)) {
    const converted = Math.min(missing, part.quantity);
    if (converted === 0) continue;
    part.quantity -= converted;
    commitAt(draft, open, { location: pin ?? part.location, quantity: converted, post });
    missing -= converted;
  }
  if (missing > 0)
    commitAt(draft, open, { location: placeToCommit(draft, open, missing), quantity: missing, post });
}

/** The parts that are already at the pinned place come first, so that as little as possible has to move. */
const pinnedFirst = <Part extends { readonly location: string }>(
  parts: readonly Part[],
  pin: string | undefined,
): readonly Part[] => parts.toSorted((a, b) => Number(b.location === pin) - Number(a.location === pin));

function commitAt(
  draft: Draft,
  open: Open,
  { location, quantity, post }: { location: string; quantity: Quantity; post: Post },
): void {
  touch(draft, location);
  const { channel, orderId, line, key } = open;
  const { recordedAt, journal } = post;
  record(draft, {
    type: 'StockCommitted',
    data: { channel, orderId, line, location, quantity, occurredAt: key.at, recordedAt, journal },
  });
}

/** The parts of the hold that this order confirms, less what its other lines took. */
function holdOf(state: ItemState, { reservationId, channel }: Open, taken: HoldsTaken): HoldParts {
  if (reservationId === undefined) return [];
  const known = taken.get(reservationId);
  if (known) return known;
  const hold = state.holds[nameKey(reservationId)];
  if (hold?.channel !== channel) return [];
  const parts = hold.parts.map((part) => ({ ...part }));
  taken.set(reservationId, parts);
  return parts;
}

type HoldParts = { location: string; quantity: Quantity }[];

/** The pinned location, else the first of the channel's that can fulfil all of it, else the first. */
export function placeToCommit(
  { state, context }: Draft,
  { location, channel }: { location?: string; channel: string },
  quantity: Quantity,
): string {
  if (location !== undefined) return location;
  const locations = context.locationsOf(channel);
  const active = locations.filter((each) => context.isActive(each));
  const fits = (each: string): boolean => freeAt(state, each) >= quantity;
  // If none is active, the channel's own inactive one: a promise there takes nothing from other channels.
  return active.find(fits) ?? active[0] ?? locations[0] ?? UNASSIGNED;
}

interface Release {
  readonly quantity: Quantity;
  readonly held: readonly HeldCommitment[];
  /** The location it was just shipped from. */
  readonly near: string | undefined;
  readonly cause: CommitmentReleased['cause'];
  readonly at: Instant;
}

/** First where it was just shipped from, then what was promised last. */
function release(draft: Draft, { quantity, held, near: shippedAt, cause, at }: Release): void {
  const newestFirst = held.toReversed();
  const near = newestFirst.filter(({ location }) => location === shippedAt);
  const others = newestFirst.filter(({ location }) => location !== shippedAt);
  let left = quantity;
  for (const commitment of [...near, ...others]) {
    const released = Math.min(left, commitment.quantity);
    if (released === 0) return;
    releaseAt(draft, commitment, { quantity: released, cause, at });
    left -= released;
  }
}

function releaseAt(
  draft: Draft,
  { channel, orderId, line, location }: HeldCommitment,
  { quantity, cause, at }: { quantity: Quantity; cause: CommitmentReleased['cause']; at: Instant },
): void {
  touch(draft, location);
  record(draft, {
    type: 'CommitmentReleased',
    data: { channel, orderId, line, location, quantity, cause, occurredAt: at, journal: draft.journal },
  });
}

/** Goods left for an order that has not named its lines yet: its reservation promises that much less. */
export function releaseShipped(draft: Draft, move: Move): void {
  const { cause, channel, orderId } = move;
  if (cause !== 'shipment' || move.to !== CUSTOMER) return;
  if (channel === undefined || orderId === undefined) return;
  const held = unnamedOf(draft.state, { channel, orderId });
  if (held.length === 0) return;
  const from = parseAccount(move.from);
  const near = from.kind === 'on-hand' ? from.location : undefined;
  release(draft, { quantity: move.quantity, held, near, cause, at: move.key.at });
}

/**
 * The order's lines replace what its reservations promised: what was promised beyond them is free again. An order that
 * is not placed yet may keep some of it (`left`), and all that was promised `before` this fact by a confirmation that
 * the journal does not know yet.
 */
export function settle(
  draft: Draft,
  entry: Settle,
  { before, post }: { before: Quantity; post: Post },
): void {
  const { key, near, left } = entry;
  const held = unnamedOf(draft.state, entry);
  const wanted = left === undefined ? 0 : Math.max(before + left.by, left.quantity);
  const delta = wanted - sumOf(held);
  if (delta < 0) release(draft, { quantity: -delta, held, near, cause: post.cause, at: key.at });
  if (delta > 0) {
    const { channel, orderId } = entry;
    const { recordedAt, journal } = post;
    const location = placeToCommit(draft, entry, delta);
    touch(draft, location);
    record(draft, {
      type: 'StockCommitted',
      data: { channel, orderId, location, quantity: delta, occurredAt: key.at, recordedAt, journal },
    });
  }
}

/** What confirmed reservations promise the order without naming a line. */
export const promisedAhead = (state: ItemState, order: { channel: string; orderId: string }): Quantity =>
  sumOf(unnamedOf(state, order));

const unnamedOf = (
  state: ItemState,
  order: { channel: string; orderId: string },
): readonly HeldCommitment[] => commitmentsOf(state, order).filter(({ line }) => line === undefined);

const sumOf = (held: readonly HeldCommitment[]): Quantity =>
  held.reduce((sum, { quantity }) => sum + quantity, 0);

/**
 * Corrects where it was promised then: where the channel wanted it, else where it is now, else where it would be today.
 */
export function postOpenPast(draft: Draft, past: OpenPast): void {
  const { channel, orderId, line, changes } = past;
  const held = commitmentsOf(draft.state, past).find((each) => each.line === line);
  const most = Math.max(...changes.map(({ by }) => by));
  const location = past.location ?? held?.location ?? placeToCommit(draft, past, most);
  record(draft, {
    type: 'PastCommitmentCorrected',
    data: { channel, orderId, line, location, changes, journal: draft.journal },
  });
}

/** Flags a promise that is pinned to a place that counts for no channel. */
export function judgePinned(draft: Draft, open: Open, party: Party): void {
  const { location, quantity } = open;
  if (location === undefined || quantity === 0 || draft.context.isActive(location)) return;
  flagMore(draft, 'inactive-location', { location, party, quantity });
}

const commitmentsOf = (
  state: ItemState,
  { channel, orderId }: { channel: string; orderId: string },
): readonly HeldCommitment[] => state.commitments[orderKey(channel, orderId)] ?? [];

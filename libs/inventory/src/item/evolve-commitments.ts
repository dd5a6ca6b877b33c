import type { Quantity } from '#kernel';
import type { Commitment, CommitmentMoved, CommitmentReleased, StockCommitted } from './item-event.ts';
import { orderKey } from './item-keys.ts';
import type { HeldCommitment, ItemState } from './item-state.ts';
import { forgetOrder, notePromise } from './newest-promises.ts';
import { remember } from './remembered.ts';
import { addClaims, placeFor } from './state-parts.ts';

export function evolveCommitted(state: ItemState, committed: StockCommitted): void {
  addCommitment(state, committed);
  addClaims(state, committed.channel, committed.quantity, 0);
}

export function evolveReleased(state: ItemState, released: CommitmentReleased): void {
  takeCommitment(state, released, released.quantity);
  addClaims(state, released.channel, -released.quantity, 0);
}

export function evolveCommitmentMoved(state: ItemState, moved: CommitmentMoved): void {
  const taken = takeCommitment(state, { ...moved, location: moved.from }, moved.quantity);
  const { to: location, quantity, occurredAt: movedAt } = moved;
  if (taken) addCommitment(state, { ...taken, location, quantity, movedAt });
  state.requests = remember(state.requests, moved.reallocationId);
}

/** An order has one commitment per (line, location): a further one is added to it. */
function addCommitment(state: ItemState, added: HeldCommitment): void {
  placeFor(state, added.location).committed += added.quantity;
  const key = orderKey(added.channel, added.orderId);
  const index = indexOf(state.commitments[key] ?? NONE, added);
  if (index < 0) notePromise(state.commitments, key, added);
  const commitments = (state.commitments[key] ??= []);
  const known = commitments[index];
  if (known) {
    const movedAt = added.movedAt ?? known.movedAt;
    commitments[index] = withQuantity({ ...known, movedAt }, known.quantity + added.quantity);
  } else commitments.push(withQuantity(added, added.quantity));
}

const NONE: readonly HeldCommitment[] = [];

type Where = Pick<Commitment, 'channel' | 'orderId' | 'line' | 'location'>;

/** Returns the commitment that it was taken from, as it was before. */
function takeCommitment(state: ItemState, where: Where, quantity: Quantity): HeldCommitment | undefined {
  placeFor(state, where.location).committed -= quantity;
  const key = orderKey(where.channel, where.orderId);
  const commitments = state.commitments[key] ?? [];
  const index = indexOf(commitments, where);
  const known = commitments[index];
  if (!known) return undefined;
  if (known.quantity > quantity) commitments[index] = withQuantity(known, known.quantity - quantity);
  else commitments.splice(index, 1);
  if (commitments.length === 0) {
    delete state.commitments[key];
    forgetOrder(state.commitments, key);
  }
  return known;
}

const indexOf = (commitments: readonly HeldCommitment[], { line, location }: Where): number =>
  commitments.findIndex((each) => each.line === line && each.location === location);

/** Only the fields of a commitment, without the others of the event. */
const withQuantity = (
  { channel, orderId, line, location, occurredAt, recordedAt, movedAt }: HeldCommitment,
  quantity: Quantity,
): HeldCommitment => ({
  ...{ channel, orderId, line, location, quantity, occurredAt, recordedAt },
  ...(movedAt !== undefined && { movedAt }),
});

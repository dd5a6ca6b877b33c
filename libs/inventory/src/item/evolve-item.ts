import { assertNever } from '#kernel';
import type { RecordedItemEvent } from '../timeline/timeline.ts';
import { evolveCommitmentMoved, evolveCommitted, evolveReleased } from './evolve-commitments.ts';
import { evolveExpected } from './evolve-expectations.ts';
import { evolveEnded, evolveExtended, evolveReserved } from './evolve-holds.ts';
import { evolveAdjusted, evolveCount, evolveLifted, evolveMovement, evolveSweep } from './evolve-stock.ts';
import type { ExceptionClosed, ExceptionOpened, ItemEvent } from './item-event.ts';
import { exceptionKey } from './item-keys.ts';
import type { ItemState } from './item-state.ts';

/**
 * Applies one stored event, in place. Total: an event is a fact, so it is never judged again here.
 * What the event carries may end up in the state, so neither is the event's data ever changed.
 */
export function evolveItem(state: ItemState, event: RecordedItemEvent & { readonly revision: number }): void {
  state.revision = event.revision;
  state.position = event.position;
  apply(state, event);
}

/** The same for an event that was decided and is not stored yet: it has a revision but no position. */
export function evolveDecided(state: ItemState, event: ItemEvent): void {
  state.revision += 1;
  apply(state, event);
}

function apply(state: ItemState, event: ItemEvent): void {
  const { journal } = event.data;
  if (journal !== undefined && journal > state.postedThrough) state.postedThrough = journal;
  switch (event.type) {
    case 'MovementPosted':
      return evolveMovement(state, event.data);
    case 'CountPosted':
      return evolveCount(state, event.data);
    case 'SweepPosted':
      return evolveSweep(state, event.data);
    case 'SweepLifted':
      return evolveLifted(state, event.data);
    case 'StockCommitted':
      return evolveCommitted(state, event.data);
    case 'CommitmentReleased':
      return evolveReleased(state, event.data);
    case 'CommitmentMoved':
      return evolveCommitmentMoved(state, event.data);
    case 'SupplyExpected':
      return evolveExpected(state, event.data);
    case 'StockReserved':
      return evolveReserved(state, event.data);
    case 'ReservationExtended':
      return evolveExtended(state, event.data);
    case 'ReservationEnded':
      return evolveEnded(state, event.data);
    case 'OnHandAdjusted':
      return evolveAdjusted(state, event.data);
    case 'ExceptionOpened':
      return evolveExceptionOpened(state, event.data);
    case 'ExceptionClosed':
      return evolveExceptionClosed(state, event.data);
    default:
      return assertNever(event);
  }
}

function evolveExceptionOpened(state: ItemState, opened: ExceptionOpened): void {
  const key = exceptionKey(opened);
  const known = state.exceptions[key];
  if (known) known.quantity = opened.quantity;
  else state.exceptions[key] = { position: state.position, quantity: opened.quantity };
}

function evolveExceptionClosed(state: ItemState, closed: ExceptionClosed): void {
  delete state.exceptions[exceptionKey(closed)];
}

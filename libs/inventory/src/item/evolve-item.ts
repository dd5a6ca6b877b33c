import { assert } from '#kernel';
import { evolveCommitmentMoved, evolveCommitted, evolveReleased } from './evolve-commitments.ts';
import { evolveExpected } from './evolve-expectations.ts';
import { evolveEnded, evolveExtended, evolveReserved } from './evolve-holds.ts';
import { evolveAdjusted, evolveCount, evolveLifted, evolveMovement, evolveSweep } from './evolve-stock.ts';
import type {
  ExceptionClosed,
  ExceptionOpened,
  ItemEvent,
  ItemEventType,
  RecordedItemEvent,
} from './item-event.ts';
import { exceptionKey } from './item-keys.ts';
import type { ItemState } from './item-state.ts';
import { noteMissing, noteOpened } from './open-oversells.ts';

/**
 * Applies one stored event, in place. Total: an event is a fact, so it is never judged again here.
 * The state may keep parts of the event's data, so the data is never changed either.
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
  const fold = FOLDS[event.type] as ((state: ItemState, data: ItemEvent['data']) => void) | undefined;
  // Skipping an event of a later version would miscount in silence.
  assert(fold, `an item event, got ${event.type}`);
  const { journal, more } = event.data;
  if (journal !== undefined && journal > state.postedThrough) {
    if (more !== true) evolvePosted(state, journal);
    else if (event.data.entriesPosted !== undefined)
      state.partly = { journal, entries: event.data.entriesPosted };
  }
  fold(state, event.data);
}

function evolvePosted(state: ItemState, journal: number): void {
  state.postedThrough = journal;
  if (state.partly !== undefined) state.partly = undefined;
}

type Folds = {
  readonly [Type in ItemEventType]: (
    state: ItemState,
    data: Extract<ItemEvent, { readonly type: Type }>['data'],
  ) => void;
};

const FOLDS: Folds = {
  MovementPosted: evolveMovement,
  CountPosted: evolveCount,
  SweepPosted: evolveSweep,
  SweepLifted: evolveLifted,
  StockCommitted: evolveCommitted,
  CommitmentReleased: evolveReleased,
  CommitmentMoved: evolveCommitmentMoved,
  PastCommitmentCorrected: changeNothingNow,
  SupplyExpected: evolveExpected,
  StockReserved: evolveReserved,
  ReservationExtended: evolveExtended,
  ReservationEnded: evolveEnded,
  OnHandAdjusted: evolveAdjusted,
  ExceptionOpened: evolveExceptionOpened,
  ExceptionClosed: evolveExceptionClosed,
};

/** For an event that only history reads. */
function changeNothingNow(): void {}

function evolveExceptionOpened(state: ItemState, opened: ExceptionOpened): void {
  const { exceptions } = state;
  const key = exceptionKey(opened);
  const known = exceptions[key];
  if (known) {
    noteMissing(exceptions, opened, opened.quantity - known.quantity);
    known.quantity = opened.quantity;
  } else {
    exceptions[key] = { position: state.position, quantity: opened.quantity };
    noteOpened(exceptions, opened, key);
  }
}

function evolveExceptionClosed({ exceptions }: ItemState, closed: ExceptionClosed): void {
  const key = exceptionKey(closed);
  noteMissing(exceptions, closed, -(exceptions[key]?.quantity ?? 0));
  delete exceptions[key];
}

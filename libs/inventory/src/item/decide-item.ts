import { assertNever } from '#kernel';
import type { Rejection } from '../rejection.ts';
import { adjust } from './adjust.ts';
import { type Draft, draftOn, record, touch } from './draft.ts';
import { judgePlaces, type Party } from './exceptions.ts';
import { endOrExtend, expireOverdue, trimHold } from './holds.ts';
import type { Decision, DecisionContext, ItemCommand, ResolveException } from './item-command.ts';
import type { ItemEvent } from './item-event.ts';
import { exceptionKey } from './item-keys.ts';
import { copyItem, type ItemState } from './item-state.ts';
import { judgeRange } from './out-of-range.ts';
import { markPosted, partyOf, post } from './post.ts';
import { reallocate } from './reallocate.ts';
import { reserve } from './reserve.ts';

/**
 * Decides one command on one item. Pure: the same command, state and context give the same decision, and the
 * state is left as it is. Where `pastNeeded` says so, the context must bring the past.
 */
export const decideItem = (command: ItemCommand, state: ItemState, context: DecisionContext): Decision =>
  decideInPlace(command, copyItem(state), context);

/**
 * The same on a state that belongs to the caller: afterwards the events are in it (with a revision each, but
 * no position), also where the command was refused and only overdue holds were let go.
 */
export function decideInPlace(command: ItemCommand, state: ItemState, context: DecisionContext): Decision {
  if (command.type === 'post' && command.journal <= state.postedThrough) return NOTHING;
  const draft = draftOn(state, context, command.type === 'post' ? command.journal : undefined);
  // What the first part of the fact did to a place is not known any more: every place is judged as it stands.
  const isGoneOnWith = state.partly !== undefined && state.partly.journal === draft.journal;
  if (isGoneOnWith) for (const { location } of state.places) touch(draft, location);
  expireOverdue(draft);
  const party = command.type === 'post' ? partyOf(command) : nobody(context);
  const answer = decide(draft, command, party);
  const done = draft.events.length;
  judgePlaces(draft, party, isGoneOnWith);
  if (command.type === 'post' && draft.events.length - done > JUDGED_MAX) {
    markPosted(draft.events[done - 1], command.entries.length);
  }
  if (command.type !== 'resolve-exception') judgeRange(draft);
  tie(draft.events);
  return { events: draft.events, answer };
}

const NOTHING: Decision = { events: [] };

/** Of one fact, exceptions that surely fit an append with what they come of. Behind a mark, more may be cut off. */
const JUDGED_MAX = 100;

function decide(draft: Draft, command: ItemCommand, party: Party): Decision['answer'] {
  switch (command.type) {
    case 'post':
      return post(draft, command, party);
    case 'reserve':
      return reserve(draft, command);
    case 'trim-hold':
      return void trimHold(draft, command);
    case 'end-hold':
      return endOrExtend(draft, command);
    case 'adjust':
      return adjust(draft, command);
    case 'reallocate':
      return reallocate(draft, command);
    case 'resolve-exception':
      return resolveException(draft, command);
    default:
      return assertNever(command);
  }
}

/** A request has no order of its own: what it brings about is nobody's sale. */
const nobody = ({ now }: DecisionContext): Party => ({ at: now, recordedAt: now });

function resolveException(draft: Draft, asked: ResolveException): Rejection | undefined {
  const { name, opened, reason, actor } = asked;
  const open = draft.state.exceptions[exceptionKey(name)];
  // What was opened a moment ago is known by the position before it: never by a greater one.
  if (!open || open.position > opened) return exceptionUnknown;
  record(draft, { type: 'ExceptionClosed', data: { ...name, state: 'resolved', reason, actor } });
  return undefined;
}

const exceptionUnknown: Rejection = {
  code: 'EXCEPTION_UNKNOWN',
  detail: 'There is no open exception of this name: it was cleared or resolved.',
};

/** Tells readers which events belong to one fact. */
function tie(events: readonly ItemEvent[]): void {
  for (let index = 0; index < events.length - 1; index++) {
    (events[index]!.data as { more?: true }).more = true;
  }
}

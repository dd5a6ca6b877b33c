import { assertNever } from '#kernel';
import type { Rejection } from '../rejection.ts';
import { adjust } from './adjust.ts';
import { type Draft, draftOn, record, touch } from './draft.ts';
import { judgePlaces, type Party } from './exceptions.ts';
import { endOrExtend, expireOverdue, trimHold } from './holds.ts';
import type { Decision, DecisionContext, ItemCommand, ResolveException } from './item-command.ts';
import type { ItemEvent } from './item-event.ts';
import { exceptionKey } from './item-keys.ts';
import type { ItemState } from './item-state.ts';
import { judgeRange } from './out-of-range.ts';
import { markPosted, partyOf, post } from './post.ts';
import { reallocate } from './reallocate.ts';
import { reserve } from './reserve.ts';

/**
 * Decides one command on one item: the same command, state and context give the same decision. If `pastNeeded` says
 * so, the context must bring the past. The state belongs to the caller, and is changed: afterwards the events are in it
 * (with a revision each, but no position), even if the command was refused and the only events end overdue holds.
 */
export function decideInPlace(command: ItemCommand, state: ItemState, context: DecisionContext): Decision {
  if (command.type === 'post' && command.journal <= state.postedThrough) return NOTHING;
  const draft = draftOn(state, context, command.type === 'post' ? command.journal : undefined);
  // What the first part of the fact changed is no longer known: every place is judged as it stands.
  const isContinued = state.partly !== undefined && state.partly.journal === draft.journal;
  if (isContinued) for (const { location } of state.places) touch(draft, location);
  expireOverdue(draft);
  const party = command.type === 'post' ? partyOf(command) : nobody(context);
  const answer = decide(draft, command, party);
  const done = draft.events.length;
  judgePlaces(draft, party, isContinued);
  if (command.type === 'post' && draft.events.length - done > JUDGED_MAX) {
    markPosted(draft.events[done - 1], command.entries.length);
  }
  if (command.type !== 'resolve-exception') judgeRange(draft);
  tie(draft.events);
  return { events: draft.events, answer };
}

const NOTHING: Decision = { events: [] };

/**
 * This many exceptions surely fit into the append of their fact. With more, a mark is set before them, where the append
 * may be cut.
 */
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
    case 'end-overdue':
      return undefined; // Done by now.
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

/** A request has no order of its own: what it causes is nobody's sale. */
const nobody = ({ now }: DecisionContext): Party => ({ at: now, recordedAt: now });

function resolveException(draft: Draft, asked: ResolveException): Rejection | undefined {
  const { name, opened, reason, actor } = asked;
  const open = draft.state.exceptions[exceptionKey(name)];
  // An exception opened a moment ago has the position of the event before it, never a greater one.
  if (!open || open.position > opened) return exceptionUnknown;
  record(draft, { type: 'ExceptionClosed', data: { ...name, state: 'resolved', reason, actor } });
  return undefined;
}

const exceptionUnknown: Rejection = {
  code: 'EXCEPTION_UNKNOWN',
  detail: 'This exception is not open any more: it was cleared or resolved already.',
};

/** Marks for readers which events belong to one fact. */
function tie(events: readonly ItemEvent[]): void {
  for (let index = 0; index < events.length - 1; index++) {
    (events[index]!.data as { more?: true }).more = true;
  }
}

import type { Instant, Quantity } from '#kernel';
import type { Rejection } from '../rejection.ts';
import { type Draft, record, touch } from './draft.ts';
import type { Adjust, Repeated } from './item-command.ts';
import type { OnHandAdjusted } from './item-event.ts';
import { placeOf, stockOf } from './item-readers.ts';
import type { ItemState } from './item-state.ts';
import { pastOf } from './post-sweep.ts';
import { mayRemember } from './remembered.ts';
import { differs } from './repeated-request.ts';

/** Corrects on-hand by a difference, if it still is what the caller saw. */
export function adjust(draft: Draft, command: Adjust): Rejection | Repeated | undefined {
  const first = firstOf(draft, command);
  if (first) return first;
  const { location, disposition, setTo, expectedOnHand } = command;
  const current = stockOf(placeOf(draft.state, location), disposition)?.onHand ?? 0;
  if (expectedOnHand !== undefined && expectedOnHand !== current) return staleValue(current);
  const change = setTo === undefined ? (command.change ?? 0) : setTo - current;
  if (change === 0) return undefined;

  touch(draft, location);
  const { adjustmentId, reason, actor } = command;
  const told = { adjustmentId, location, disposition, setTo, expectedOnHand, reason, actor };
  const data = { ...told, change, onHand: current + change, occurredAt: afterCounts(draft, command) };
  record(draft, { type: 'OnHandAdjusted', data });
  return undefined;
}

/**
 * The time of the adjustment, after every count of the place: the clock of a count may run ahead, and the count must
 * not swallow what was set by somebody who had seen it. A complete snapshot of the place counts an item even if this is
 * the first that is told of it here.
 */
function afterCounts({ state, context }: Draft, { location, disposition }: Adjust): Instant {
  const { now } = context;
  const place = placeOf(state, location);
  const ahead = context.sweeps(location, now, Infinity);
  const counts = [stockOf(place, disposition)?.anchor, place?.swept, ...ahead];
  return counts.reduce((at, count) => Math.max(at, count ? count.key.at + 1 : now), now);
}

/** True if only the past can tell whether this request was made before. */
export const mayHaveAsked = (state: ItemState, id: string): boolean => mayRemember(state.requests, id);

function firstOf(draft: Draft, command: Adjust): Rejection | Repeated | undefined {
  if (!mayHaveAsked(draft.state, command.adjustmentId)) return undefined;
  for (const event of pastOf(draft)) {
    if (event.type !== 'OnHandAdjusted' || event.data.adjustmentId !== command.adjustmentId) continue;
    return differs(command, event.data, contentOf(command)) ?? { repeated: event, position: event.position };
  }
  return undefined;
}

function contentOf(command: Adjust): readonly (keyof OnHandAdjusted & keyof Adjust)[] {
  const content = ['location', 'disposition', 'setTo', 'expectedOnHand', 'reason', 'actor'] as const;
  return command.setTo === undefined ? [...content, 'change'] : content;
}

const staleValue = (current: Quantity): Rejection => ({
  code: 'STALE_VALUE',
  detail:
    'The quantity on hand is no longer expectedOnHand; `current` is what it is now. Decide again from there.',
  facts: { current },
});

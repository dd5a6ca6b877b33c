import type { NewEvent } from '#event-store';
import type { ItemEvent, Posted } from '#inventory';

/**
 * The events of one command on an item, in appends of at most `eventsMax` events as far as they may be cut. Each is
 * stored before the next: after a crash, the state says how many entries of the fact are stored.
 */
export function partsOf(events: readonly NewEvent[], eventsMax: number): readonly (readonly NewEvent[])[] {
  if (events.length <= eventsMax) return [events];
  const parts: (readonly NewEvent[])[] = [];
  let first = 0;
  let cut = 0;
  let mayCut = true;
  for (let next = 1; next < events.length; next++) {
    const { type, data } = events[next - 1]!;
    mayCut = endsEntries(data) || (mayCut && isFoundAgain({ type, data } as ItemEvent));
    if (mayCut) cut = next;
    if (next - first < eventsMax || cut === first) continue;
    parts.push(events.slice(first, cut));
    first = cut;
  }
  return [...parts, events.slice(first)];
}

/**
 * True for a mark, and for the events of a request: one, besides overdue holds that it ends and exceptions it cures.
 */
const endsEntries = ({ entriesPosted, journal }: Posted): boolean =>
  entriesPosted !== undefined || journal === undefined;

/**
 * If all events since the last mark are of these kinds, the fact can be decided anew from that mark: a sweep of long
 * ago, which changes nothing today, is then stored twice; a hold that has ended, and an exception that is as it should
 * be, are left as they are.
 */
function isFoundAgain({ type, data }: ItemEvent): boolean {
  switch (type) {
    case 'SweepPosted':
      return data.variances.every(({ variance }) => variance === 0);
    case 'ReservationEnded':
      return data.end === 'expired';
    default:
      return type === 'ExceptionOpened' || type === 'ExceptionClosed';
  }
}

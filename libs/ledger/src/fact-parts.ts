import type { NewEvent } from '#event-store';
import type { ItemEvent, Posted } from '#inventory';

/**
 * What one command brought to an item, in appends of at most `eventsMax` events where it may be cut so. Each is
 * stored before the next: whoever goes on with a fact after a crash finds in the state how many entries are in.
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

/** A mark; of a request there is one event, beside what it found overdue and what it cured. */
const endsEntries = ({ entriesPosted, journal }: Posted): boolean =>
  entriesPosted !== undefined || journal === undefined;

/**
 * With nothing but such since the last mark the fact may be decided anew from there: a sweep of long ago, which
 * changes nothing of today, is stored twice; a hold that is gone, and an exception as it should be, are left alone.
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

import type { NewEvent } from '#event-store';
import type { ItemEvent, Posted, SweepPosted } from '#inventory';

/**
 * What one fact brought to an item, in appends of at most `eventsMax` events where it may be cut so. Each is
 * stored before the next: whoever goes on after a crash finds in the state how many entries are in.
 */
export function partsOf(events: readonly NewEvent[], eventsMax: number): readonly (readonly NewEvent[])[] {
  if (events.length <= eventsMax) return [events];
  const parts: (readonly NewEvent[])[] = [];
  let first = 0;
  let cut = 0;
  let isWithoutEffect = true;
  for (let next = 1; next < events.length; next++) {
    const event = events[next - 1]!;
    const isMark = (event.data as Posted).entriesPosted !== undefined;
    isWithoutEffect = isMark || (isWithoutEffect && sweepsNothing(event));
    if (isWithoutEffect) cut = next;
    if (next - first < eventsMax || cut === first) continue;
    parts.push(events.slice(first, cut));
    first = cut;
  }
  return [...parts, events.slice(first)];
}

/**
 * A sweep of long ago, from before the fact that it is decided with: it changes nothing of today. With nothing but
 * such since the last mark, the fact may be decided anew from there: they are then stored twice.
 */
const sweepsNothing = ({ type, data }: NewEvent): boolean =>
  type === ('SweepPosted' satisfies ItemEvent['type']) &&
  (data as SweepPosted).variances.every(({ variance }) => variance === 0);

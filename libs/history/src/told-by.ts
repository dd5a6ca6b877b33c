import type { EventStore } from '#event-store';
import type { RecordedItemEvent, TimelineRow } from '#inventory';
import type { Instant } from '#kernel';

/**
 * The events of an item that carry what had been told by `knownAt`. A fact is told when the journal has it, and is
 * posted to its items a moment later, or much later if posting stood still: its own time is the journal's. A request
 * is told to the item itself. Takes an item's whole stream, oldest first.
 */
export async function toldBy(
  store: EventStore,
  events: readonly RecordedItemEvent[],
  knownAt: Instant,
): Promise<readonly RecordedItemEvent[]> {
  // Recording times never decrease in the log, so what was posted by then is a prefix.
  const posted = events.findLastIndex((event) => event.recordedAt <= knownAt) + 1;
  const later = events.slice(posted);
  const through = await newestToldBy(store, journalsOf(later), knownAt);
  return [...events.slice(0, posted), ...later.filter(({ data }) => (data.journal ?? Infinity) <= through)];
}

/** Events of the journal that are read at the same time. */
const READ_AT_ONCE = 50;

/** The same rows with the time at which each was told, not posted. */
export async function toldAt(
  store: EventStore,
  rows: readonly TimelineRow[],
): Promise<readonly TimelineRow[]> {
  const journals = [...new Set(rows.flatMap(({ journal }) => journal ?? []))];
  const times = new Map<number | undefined, Instant>();
  for (let first = 0; first < journals.length; first += READ_AT_ONCE) {
    const positions = journals.slice(first, first + READ_AT_ONCE);
    const events = await Promise.all(positions.map((position) => store.eventAt(position)));
    for (const event of events) if (event) times.set(event.position, event.recordedAt);
  }
  return rows.map((row) => ({ ...row, recordedAt: times.get(row.journal) ?? row.recordedAt }));
}

/** Positions of the journal events that these events carry, ascending. */
function journalsOf(events: readonly RecordedItemEvent[]): readonly number[] {
  const journals = new Set(events.flatMap(({ data }) => data.journal ?? []));
  return [...journals].sort((a, b) => a - b);
}

/** The last of these positions whose event was recorded by `knownAt`, in a handful of reads; 0 if none was. */
async function newestToldBy(
  store: EventStore,
  positions: readonly number[],
  knownAt: Instant,
): Promise<number> {
  let [told, later] = [0, positions.length];
  while (told < later) {
    const middle = Math.floor((told + later) / 2);
    const event = await store.eventAt(positions[middle]!);
    if (event && event.recordedAt <= knownAt) told = middle + 1;
    else later = middle;
  }
  return positions[told - 1] ?? 0;
}

import type { Cause, Entry, FactRecorded, ParkedLinesReleased } from '#inventory';
import type { RecordedEvent } from '#event-store';

/** What posting and the book read in journal events, whatever else is in them. */

/** True where the order tells which lines it has, or that it has none any more. */
export function namesLines({ type, data }: RecordedEvent): boolean {
  if (type === 'OrderPlaced') return true;
  return type === 'OrderCancelled' && !('lines' in (data as FactRecorded).message.data);
}

const NO_ENTRIES: readonly Entry[] = [];

/** What it does to stock. */
export const entriesOf = ({ data }: RecordedEvent): readonly Entry[] =>
  (data as Partial<FactRecorded | ParkedLinesReleased>).entries ?? NO_ENTRIES;

/** Why promises end, where this fact ends some. */
export function causeOfRelease(type: string): Cause {
  if (type === 'OrderCancelled') return 'cancellation';
  return type === 'OrderShipped' ? 'shipment' : 'order';
}

import type { Cause, Entry, FactRecorded, ParkedLinesReleased } from '#inventory';
import type { RecordedEvent } from '#event-store';

/** What posting and the book read from journal events. */

/** True if the event tells which lines the order has, or that it has none any more. */
export function namesLines({ type, data }: RecordedEvent): boolean {
  if (type === 'OrderPlaced') return true;
  return type === 'OrderCancelled' && !('lines' in (data as FactRecorded).message.data);
}

const NO_ENTRIES: readonly Entry[] = [];

/** What the event does to stock. */
export const entriesOf = ({ data }: RecordedEvent): readonly Entry[] =>
  (data as Partial<FactRecorded | ParkedLinesReleased>).entries ?? NO_ENTRIES;

/** Why promises end, if this fact ends some. */
export function causeOfRelease(type: string): Cause {
  if (type === 'OrderCancelled') return 'cancellation';
  return type === 'OrderShipped' ? 'shipment' : 'order';
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore, RecordedEvent } from '#event-store';

/** A whole stream, oldest first; other work goes on between its pages. */
export async function readWhole(store: EventStore, stream: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (;;) {
    const page = await store.readStream(stream, { fromRevision: events.length });
    if (page.length === 0) return events;
    for (const event of page) events.push(event);
    await nextTurn(); // A page is read from the file without waiting for anything.
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type EventStore, pagesOf, type RecordedEvent } from '#event-store';

/** A whole stream, oldest first; other work goes on between its pages. */
export async function readWhole(store: EventStore, stream: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const page of pagesOf(store, stream)) {
    for (const event of page) events.push(event);
    await nextTurn(); // Reading a page from the file gives up no turn of the event loop by itself.
  }
  return events;
}

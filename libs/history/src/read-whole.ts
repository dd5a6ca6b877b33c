import type { EventStore, RecordedEvent } from '#event-store';

/** A whole stream, oldest first. */
export async function readWhole(store: EventStore, stream: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (;;) {
    const page = await store.readStream(stream, { fromRevision: events.length });
    if (page.length === 0) return events;
    for (const event of page) events.push(event);
  }
}

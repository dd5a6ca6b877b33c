import { type EventStore, READ_EVENTS_MAX, type RecordedEvent } from '#event-store';

/** A stream's events from the beginning, up to a revision if one is named. */
export async function* readStreamUntil(
  store: EventStore,
  stream: string,
  revision = Infinity,
): AsyncGenerator<RecordedEvent> {
  for (let fromRevision = 0; fromRevision <= revision;) {
    const page = await store.readStream(stream, { fromRevision });
    for (const event of page) {
      if (event.revision > revision) return;
      yield event;
    }
    if (page.length < READ_EVENTS_MAX) return;
    fromRevision = page.at(-1)!.revision + 1;
  }
}

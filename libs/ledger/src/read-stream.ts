import { type EventStore, pagesOf, type RecordedEvent } from '#event-store';

/** A stream's events from the beginning, up to a revision if one is named. */
export async function* readStreamUntil(
  store: EventStore,
  stream: string,
  revision = Infinity,
): AsyncGenerator<RecordedEvent> {
  for await (const page of pagesOf(store, stream)) {
    for (const event of page) {
      yield event;
      if (event.revision >= revision) return;
    }
  }
}

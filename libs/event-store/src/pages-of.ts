import { type EventStore, READ_EVENTS_MAX, type RecordedEvent } from './event-store.port.ts';

/**
 * Reads a stream from a revision on, page by page, oldest first, up to its end. No page is empty. A reader that has seen
 * enough just stops iterating.
 */
export async function* pagesOf(
  store: Pick<EventStore, 'readStream'>,
  stream: string,
  fromRevision = 0,
): AsyncGenerator<readonly RecordedEvent[], void> {
  for (let from = fromRevision; ; from += READ_EVENTS_MAX) {
    const page = await store.readStream(stream, { fromRevision: from });
    if (page.length > 0) yield page;
    if (page.length < READ_EVENTS_MAX) return;
  }
}

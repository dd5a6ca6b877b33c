import { type EventStore, READ_EVENTS_MAX, type RecordedEvent } from './event-store.port.ts';

/**
 * A stream from a revision on, page by page, oldest first, to where it ends when it is asked. A reader who has seen
 * enough just leaves; no page is empty.
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

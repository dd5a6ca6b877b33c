import { randomUUID } from 'node:crypto';
import {
  type EventStore,
  type LogPage,
  type LogQuery,
  type NewEvent,
  type RecordedEvent,
} from '../src/index.ts';

/** An event with an id of its own. */
export const happened = (data: object = {}, type = 'SomethingHappened'): NewEvent => ({
  id: randomUUID(),
  type,
  data,
});

export const happenedTimes = (count: number): NewEvent[] =>
  Array.from({ length: count }, (_, number) => happened({ number }));

/** A stream of this category that no other test uses. */
export const newStream = (category: string): string => `${category}-${randomUUID()}`;

/** Follows the log until `isEnough`; throws after too many pages. */
export async function follow(
  store: EventStore,
  query: LogQuery,
  isEnough: (events: readonly RecordedEvent[], page: LogPage) => boolean,
): Promise<RecordedEvent[]> {
  const PAGES_MAX = 100_000;
  const stop = new AbortController();
  const events: RecordedEvent[] = [];
  let pages = 0;
  for await (const page of store.subscribe(query, stop.signal)) {
    events.push(...page.events);
    if (isEnough(events, page)) break;
    if (++pages > PAGES_MAX) throw new Error(`Not enough events after ${PAGES_MAX} pages.`);
  }
  stop.abort();
  return events;
}

/** Reads on from `query.after` until a page has no events and its position does not move. */
export async function readToEnd(
  store: EventStore,
  query: LogQuery & { limit?: number },
): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  let { after } = query;
  for (;;) {
    const page = await store.readAll({ ...query, after });
    events.push(...page.events);
    if (page.position === after) return events;
    after = page.position;
  }
}

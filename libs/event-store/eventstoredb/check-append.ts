import { jsonEvent, type JSONEventData } from '@eventstore/db-client';
import { assert } from '#kernel';
import {
  APPEND_BYTES_MAX,
  APPEND_EVENTS_MAX,
  AppendTooLarge,
  type NewEvent,
  NO_STREAM,
} from '../src/index.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Makes the client's events of ours. All that could go wrong later goes wrong here: what JSON refuses would
 * never be answered by the client and end the process. Throws AppendTooLarge.
 */
export function checkAppend(
  stream: string,
  expectedRevision: number,
  events: readonly NewEvent[],
): JSONEventData[] {
  if (events.length > APPEND_EVENTS_MAX) {
    throw new AppendTooLarge(
      `${stream}: ${events.length} events, at most ${APPEND_EVENTS_MAX} fit an append.`,
    );
  }
  assert(events.length > 0, 'at least one event in an append');
  assert(stream.length > 0 && stream.isWellFormed() && stream[0] !== '$', 'a stream name of our own');
  assert(Number.isSafeInteger(expectedRevision) && expectedRevision >= NO_STREAM, 'a revision or NO_STREAM');
  assert(new Set(events.map(({ id }) => id)).size === events.length, 'each event id once in an append');

  let bytes = 0;
  const ready = events.map((event) => {
    bytes += countBytes(event);
    return jsonEvent({ id: event.id, type: event.type, data: event.data as Record<string, unknown> });
  });
  if (bytes > APPEND_BYTES_MAX) {
    throw new AppendTooLarge(`${stream}: ${bytes} bytes, at most ${APPEND_BYTES_MAX} fit an append.`);
  }
  return ready;
}

function countBytes({ id, type, data }: NewEvent): number {
  assert(UUID.test(id), `a UUID in lower case, got ${id}`);
  assert(typeof type === 'string' && type.length > 0, 'an event with a type');
  const text = JSON.stringify(data) as string | undefined;
  assert(text?.[0] === '{', `an object as data of ${type}`);
  return Buffer.byteLength(text);
}

import { jsonEvent, type JSONEventData } from '@eventstore/db-client';
import { assert } from '#kernel';
import { assertAppend, assertBytes, dataText, type NewEvent } from '../src/index.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Converts our events to the client's. Whatever could fail later fails here: data that JSON refuses would never be answered
 * by the client, and would end the process. Throws AppendTooLarge.
 */
export function checkAppend(
  stream: string,
  expectedRevision: number,
  events: readonly NewEvent[],
): JSONEventData[] {
  assertAppend({ stream, expectedRevision, events });
  assert(stream[0] !== '$', 'a stream name of our own');
  let bytes = 0;
  const ready = events.map((event) => {
    bytes += countBytes(event);
    return jsonEvent({ id: event.id, type: event.type, data: event.data as Record<string, unknown> });
  });
  assertBytes(stream, bytes);
  return ready;
}

function countBytes(event: NewEvent): number {
  assert(UUID.test(event.id), `a UUID in lower case, got ${event.id}`);
  return Buffer.byteLength(dataText(event));
}

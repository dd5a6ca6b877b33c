import { assert } from '#kernel';
import {
  APPEND_BYTES_MAX,
  APPEND_EVENTS_MAX,
  AppendTooLarge,
  type NewEvent,
  NO_STREAM,
} from '../src/index.ts';
import { EVENT_ID_BYTES, packEventId } from './event-id.ts';

/** What of an append goes to the file: checked, and turned into text and bytes once. */
export interface PreparedAppend {
  readonly ids: Uint8Array;
  readonly data: readonly string[];
  readonly bytes: number;
}

/** Throws AppendTooLarge; anything else that is wrong with the call is a bug of the caller. */
export function prepareAppend(
  stream: string,
  expectedRevision: number,
  events: readonly NewEvent[],
): PreparedAppend {
  if (events.length > APPEND_EVENTS_MAX) {
    throw new AppendTooLarge(
      `${stream}: ${events.length} events, at most ${APPEND_EVENTS_MAX} fit an append.`,
    );
  }
  assert(events.length > 0, 'at least one event in an append');
  assert(stream.length > 0 && stream.isWellFormed(), 'a stream name that is text');
  assert(Number.isSafeInteger(expectedRevision) && expectedRevision >= NO_STREAM, 'a revision or NO_STREAM');

  const data = events.map(toJson);
  const bytes = countBytes(data);
  if (bytes > APPEND_BYTES_MAX) {
    throw new AppendTooLarge(`${stream}: ${bytes} bytes, at most ${APPEND_BYTES_MAX} fit an append.`);
  }
  return { ids: packEventIds(events), data, bytes };
}

function toJson({ data, type }: NewEvent): string {
  assert(typeof type === 'string' && type.length > 0, 'an event with a type');
  const text = JSON.stringify(data) as string | undefined;
  if (text === undefined || text[0] !== '{') assert(false, `an object as data of ${type}`);
  return text;
}

function packEventIds(events: readonly NewEvent[]): Uint8Array {
  const ids = new Uint8Array(events.length * EVENT_ID_BYTES);
  for (let index = 0; index < events.length; index++) {
    packEventId(events[index]!.id, ids, index * EVENT_ID_BYTES);
  }
  if (events.length > 1) {
    const different = new Set(events.map(({ id }) => id)).size;
    assert(different === events.length, 'each event id once in an append');
  }
  return ids;
}

/** A character of JSON is at most three bytes of UTF-8: most appends need no exact count to be small enough. */
function countBytes(texts: readonly string[]): number {
  let characters = 0;
  for (const text of texts) characters += text.length;
  if (characters * 3 <= APPEND_BYTES_MAX) return characters;
  let bytes = 0;
  for (const text of texts) bytes += Buffer.byteLength(text);
  return bytes;
}

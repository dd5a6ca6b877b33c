import { assert } from '#kernel';
import { AppendTooLarge } from './event-store.faults.ts';
import {
  type Append,
  APPEND_BYTES_MAX,
  APPEND_EVENTS_MAX,
  type NewEvent,
  NO_STREAM,
} from './event-store.port.ts';

/** Checks an append, for every adapter. Throws AppendTooLarge; anything else that is wrong is a bug of the caller. */
export function assertAppend({ stream, expectedRevision, events }: Append): void {
  if (events.length > APPEND_EVENTS_MAX) {
    throw new AppendTooLarge(
      `${stream}: ${events.length} events are too many for one append (at most ${APPEND_EVENTS_MAX}).`,
    );
  }
  assert(events.length > 0, 'at least one event in an append');
  assert(stream.length > 0 && stream.isWellFormed(), 'a stream name that is text');
  assert(Number.isSafeInteger(expectedRevision) && expectedRevision >= NO_STREAM, 'a revision or NO_STREAM');
  if (events.length === 1) return;
  assert(new Set(events.map(({ id }) => id)).size === events.length, 'each event id once in an append');
}

/** The JSON of an event's data. */
export function dataText({ data, type }: NewEvent): string {
  assert(typeof type === 'string' && type.length > 0, 'an event with a type');
  const text = JSON.stringify(data) as string | undefined;
  if (text === undefined || text[0] !== '{') assert(false, `an object as data of ${type}`);
  return text;
}

/** `bytes`: the size of the data of all its events as JSON. Throws AppendTooLarge. */
export function assertBytes(stream: string, bytes: number): void {
  if (bytes <= APPEND_BYTES_MAX) return;
  throw new AppendTooLarge(
    `${stream}: ${bytes} bytes are too many for one append (at most ${APPEND_BYTES_MAX}).`,
  );
}

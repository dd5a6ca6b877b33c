import { type Append, APPEND_BYTES_MAX, assertAppend, assertBytes, dataText } from '../src/index.ts';
import { EVENT_ID_BYTES, packEventId } from './event-id.ts';

/** The parts of appends that go to the file: checked, and converted to text and bytes. */
export interface PreparedAppends {
  /** The ids of all events of all appends, in order: 16 bytes each. */
  readonly ids: Uint8Array;
  /** The JSON of all these events' data. */
  readonly data: readonly string[];
  /** The size of each append's data. */
  readonly bytes: readonly number[];
}

/** Throws AppendTooLarge; anything else that is wrong with the call is a bug of the caller. */
export function prepareAppends(appends: readonly Append[]): PreparedAppends {
  const data: string[] = [];
  const bytes: number[] = [];
  for (let index = 0; index < appends.length; index++) bytes.push(prepare(appends[index]!, data));
  return { ids: packEventIds(appends, data.length), data, bytes };
}

/** Adds the JSON of the append's events to `data`. Returns its size in bytes. */
function prepare(append: Append, data: string[]): number {
  assertAppend(append);
  const { stream, events } = append;

  const first = data.length;
  for (let index = 0; index < events.length; index++) data.push(dataText(events[index]!));
  const bytes = countBytes(data, first);
  assertBytes(stream, bytes);
  return bytes;
}

function packEventIds(appends: readonly Append[], count: number): Uint8Array {
  const ids = new Uint8Array(count * EVENT_ID_BYTES);
  let offset = 0;
  for (const { events } of appends) {
    for (let index = 0; index < events.length; index++, offset += EVENT_ID_BYTES) {
      packEventId(events[index]!.id, ids, offset);
    }
  }
  return ids;
}

/** Exact only if need be: a character is at most three bytes of UTF-8, and by that most appends are small enough. */
function countBytes(texts: readonly string[], first: number): number {
  let characters = 0;
  for (let index = first; index < texts.length; index++) characters += texts[index]!.length;
  if (characters * 3 <= APPEND_BYTES_MAX) return characters;
  let bytes = 0;
  for (let index = first; index < texts.length; index++) bytes += Buffer.byteLength(texts[index]!);
  return bytes;
}

import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;
/** Random bytes are drawn for so many ids at once. */
const IDS_DRAWN = 256;
const VERSION_BYTE = 6;
const VARIANT_BYTE = 8;

const random = new Uint8Array(IDS_DRAWN * ID_BYTES);
const text = Buffer.alloc(36, '-');
const DIGITS = Buffer.from('0123456789abcdef');
/** Where each byte's two digits are in the text. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
let next = random.length;

/**
 * A random UUID (version 4) for a new event. Like `randomUUID`, but that returns a rope of twenty small strings, which the
 * first reader has to join: here it is a single string from the beginning.
 */
export function newEventId(): string {
  if (next === random.length) {
    randomFillSync(random);
    next = 0;
  }
  const start = next;
  next += ID_BYTES;
  random[start + VERSION_BYTE] = (random[start + VERSION_BYTE]! & 0x0f) | 0x40;
  random[start + VARIANT_BYTE] = (random[start + VARIANT_BYTE]! & 0x3f) | 0x80;
  return eventIdText(random, start);
}

/** The text of a UUID whose 16 bytes begin at `start`, in lower case. */
export function eventIdText(bytes: Uint8Array, start = 0): string {
  for (let index = 0; index < ID_BYTES; index++) {
    const byte = bytes[start + index]!;
    const place = PLACES[index]!;
    text[place] = DIGITS[byte >> 4]!;
    text[place + 1] = DIGITS[byte & 15]!;
  }
  return text.toString('latin1');
}

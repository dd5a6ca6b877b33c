import { assert } from '#kernel';

export const EVENT_ID_BYTES = 16;

/** Where the 32 digits of a UUID are in its text. */
const DIGITS = [
  0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 19, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32,
  33, 34, 35,
] as const;
const DIGIT_PLACES = Uint8Array.from(DIGITS);
const DASH_PLACES = [8, 13, 18, 23] as const;
const DASH = '-'.charCodeAt(0);
const UUID_LENGTH = 36;
const NO_DIGIT = 255;
const DIGIT_VALUES = new Uint8Array(128).fill(NO_DIGIT);
for (const [value, digit] of [...'0123456789abcdef'].entries()) DIGIT_VALUES[digit.charCodeAt(0)] = value;

/** Packs a UUID in lower case into 16 bytes of `bytes`; anything else is a bug of the caller. */
export function packEventId(id: string, bytes: Uint8Array, offset: number): void {
  let wrong = id.length === UUID_LENGTH ? 0 : NO_DIGIT;
  for (let index = 0; index < EVENT_ID_BYTES; index++) {
    const high = DIGIT_VALUES[id.charCodeAt(DIGIT_PLACES[2 * index]!)] ?? NO_DIGIT;
    const low = DIGIT_VALUES[id.charCodeAt(DIGIT_PLACES[2 * index + 1]!)] ?? NO_DIGIT;
    wrong |= high | low;
    bytes[offset + index] = (high << 4) | low;
  }
  for (const place of DASH_PLACES) if (id.charCodeAt(place) !== DASH) wrong = NO_DIGIT;
  if (wrong > 15) assert(false, `a UUID in lower case, got ${id}`);
}

/** True if the id stored as `stored` is the one packed at `offset` of `bytes`. */
export function isSameEventId(stored: Uint8Array, bytes: Uint8Array, offset: number): boolean {
  for (let index = 0; index < EVENT_ID_BYTES; index++) {
    if (stored[index] !== bytes[offset + index]) return false;
  }
  return true;
}

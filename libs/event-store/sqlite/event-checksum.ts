import { crc32 } from 'node:zlib';

/**
 * SQLite has no checksums: if a digit changes on the disk it reads another digit. So each event has a checksum in its row,
 * over everything that is read of it: its data, its numbers, its id, and the names of its stream and type, which are
 * elsewhere in the file.
 */

/** Odd, so that a difference in only one number is never lost. */
const MIX = 0x9e3779b1;
const TWO_TO_32 = 0x1_0000_0000;
const WORD_DIGITS = 8;
const DIGIT_NINE = '9'.charCodeAt(0);

/** The name of a stream or type as a number. Compute it once for many events. */
export const sumOfName = (name: string): number => crc32(name);

/** The 16 bytes of an id as a number. */
export function sumOfId(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) {
    sum = scramble(
      sum ^ ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!),
    );
  }
  return sum;
}

/** The same for an id as text: 32 digits in lower case. */
export function sumOfIdDigits(digits: string): number {
  let sum = 0;
  let word = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charCodeAt(at);
    word = (word << 4) | ((digit & 15) + (digit > DIGIT_NINE ? 9 : 0));
    if (at % WORD_DIGITS === WORD_DIGITS - 1) sum = scramble(sum ^ word);
  }
  return sum;
}

/** Everything of an event but its place and its data. All parameters but `recordedAt` are sums. */
export const seedOf = (stream: number, type: number, id: number, recordedAt: number): number =>
  mix(scramble(scramble(scramble(stream) ^ type) ^ id), recordedAt);

/** 32 bits, signed, so that it takes four bytes in the file. */
export const checksumOf = (seed: number, position: number, revision: number, data: string): number =>
  crc32(data, mix(mix(seed, position), revision) >>> 0) | 0;

/** Mixes in both halves of a number that may have more than 32 bits. */
const mix = (sum: number, number: number): number =>
  scramble(scramble(sum ^ number) ^ Math.floor(number / TWO_TO_32));

/** One to one: different words stay different. */
function scramble(word: number): number {
  const product = Math.imul(word, MIX);
  return product ^ (product >>> 15);
}

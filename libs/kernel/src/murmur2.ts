const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;

/**
 * Kafka's hash of a key, bit for bit as its Java client computes it: 32 bits, signed. Keys stay where it
 * has put them for ever: it must never change.
 */
export function murmur2(bytes: Uint8Array, length = bytes.length): number {
  const tail = length - (length % 4);
  let hash = SEED ^ length;
  for (let at = 0; at < tail; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    word = Math.imul(word, MIX);
    word = Math.imul(word ^ (word >>> 24), MIX);
    hash = Math.imul(hash, MIX) ^ word;
  }
  if (tail < length) {
    for (let at = length - 1; at >= tail; at--) hash ^= bytes[at]! << (8 * (at - tail));
    hash = Math.imul(hash, MIX);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MIX);
  return hash ^ (hash >>> 15);
}

const encoder = new TextEncoder();
const SHORT_UNITS_MAX = 64;
const ASCII_MAX = 0x7f;
const short = new Uint8Array(SHORT_UNITS_MAX);

/** Which of `parts` equal parts a name belongs to, from 0, by the hash of its UTF-8 bytes; also Java's choice of a partition. */
export const partOf = (name: string, parts: number): number => (hashOf(name) & 0x7fffffff) % parts;

/** Names are short and ASCII, and each change asks for its own: an array made for each costs more than the hash. */
function hashOf(name: string): number {
  if (name.length > SHORT_UNITS_MAX) return murmur2(encoder.encode(name));
  for (let index = 0; index < name.length; index++) {
    const unit = name.charCodeAt(index);
    if (unit > ASCII_MAX) return murmur2(encoder.encode(name));
    short[index] = unit;
  }
  return murmur2(short, name.length);
}

const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;

/**
 * Kafka's hash of a key, bit for bit as its Java client computes it: 32 bits, signed. What is spread by it lies where
 * it lies for good: it must never change.
 */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
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

/** Which of `parts` equal parts a name belongs to, from 0, by the hash of its UTF-8 bytes; also Java's choice of a partition. */
export const partOf = (name: string, parts: number): number =>
  (murmur2(encoder.encode(name)) & 0x7fffffff) % parts;

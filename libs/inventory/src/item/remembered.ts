/**
 * Names seen before, as 32-bit hashes: a name that is not in it was surely never seen; one that is may have been, and
 * the stream has to be read. Bounded: once it is full, every name may have been seen.
 */
export interface Remembered {
  hashes: number[];
  full?: true;
}

/**
 * Most names remembered in a state. Each takes some 8 bytes. Beyond it each new name costs a look through all of
 * the item's past: 640 ms if that is 100,000 events.
 */
export const REMEMBERED_MAX = 4_096;

/** Adds a name; makes the memory if there is none yet. */
export function remember(memory: Remembered | undefined, name: string): Remembered {
  const kept = memory ?? { hashes: [] };
  const hash = hashOf(name);
  if (kept.hashes.includes(hash)) return kept;
  if (kept.hashes.length < REMEMBERED_MAX) kept.hashes.push(hash);
  else kept.full = true;
  return kept;
}

/** False if the name was surely never remembered. */
export function mayRemember(memory: Remembered | undefined, name: string): boolean {
  return memory !== undefined && (memory.full === true || memory.hashes.includes(hashOf(name)));
}

export const copyRemembered = (memory: Remembered): Remembered => ({ ...memory, hashes: [...memory.hashes] });

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over UTF-16 code units. */
export function hashOf(name: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), FNV_PRIME);
  }
  return hash >>> 0;
}

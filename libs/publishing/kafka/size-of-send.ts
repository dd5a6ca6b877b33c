import type { Telling } from './teller.ts';

/** Characters of one send's values, so that a batch stays below what a broker takes (1 MiB) where it can. */
const CHARACTERS_PER_SEND_MAX = 300_000;

/** How many of them go together. */
export function sizeOfSend(tellings: readonly Telling[]): number {
  let characters = 0;
  for (const [index, { record }] of tellings.entries()) {
    characters += record.value.length;
    if (index > 0 && characters > CHARACTERS_PER_SEND_MAX) return index;
  }
  return tellings.length;
}

import type { Telling } from './teller.ts';

/** Characters in the values of one send: few enough that a batch stays below the broker's limit (1 MiB) if it can. */
const CHARACTERS_PER_SEND_MAX = 300_000;

/** How many of the first of them go into one send. */
export function sizeOfSend(tellings: readonly Telling[]): number {
  let characters = 0;
  for (const [index, { record }] of tellings.entries()) {
    characters += record.value.length;
    if (index > 0 && characters > CHARACTERS_PER_SEND_MAX) return index;
  }
  return tellings.length;
}

import { cut, type Rejection } from '#inventory';
import { problem } from '../problem.ts';
import { checkWords } from './quantity-number.ts';

/** The attribute that must be a number: it cannot be sent as a string. */
const SEQUENCE = '/sequence';
const QUANTITY_POINTER = /^\/data\/lines\/\d+\/quantity$/;

/**
 * Checks numbers that a double may not hold as they were written. A quantity has its own rule. Any other is refused if it is an
 * integer beyond 2^53, such as a 64-bit id, which must be sent as a string.
 */
export function checkNumbers(numbers: ReadonlyMap<string, string> | undefined): Rejection[] {
  const found: Rejection[] = [];
  for (const [pointer, words] of numbers ?? []) {
    const value = Number(words);
    const wrong = QUANTITY_POINTER.test(pointer)
      ? checkWords(value, words, pointer)
      : checkInteger(value, words, pointer);
    if (wrong !== undefined) found.push(wrong);
  }
  return found;
}

function checkInteger(value: number, words: string, pointer: string): Rejection | undefined {
  if (!/^-?\d+$/.test(words) || Number.isSafeInteger(value)) return undefined;
  const advice =
    pointer === SEQUENCE ? 'A sequence is at most 2^53 - 1. Send a smaller one.' : 'Send it as a string.';
  const detail = `${cut(words)} is larger than 2^53 and would be rounded. ${advice}`;
  return problem('UNSAFE_INTEGER', pointer, detail);
}

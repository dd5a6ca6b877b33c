import { cut, type Rejection } from '#inventory';
import { LINE_UNITS_MAX, type Quantity, QUANTITY_DECIMALS_MAX, toQuantity } from '#kernel';
import { problem } from '../problem.ts';

const DIGIT_0 = 48;

/** Which quantities a line may have. */
export type QuantityRule = 'positive' | 'notNegative' | 'signed';

/** True for a JSON number of at most five decimals, within a billion, and with the sign that the rule wants. */
export function isQuantityNumber(value: unknown, rule: QuantityRule): value is number {
  if (typeof value !== 'number' || !(Math.abs(value) <= LINE_UNITS_MAX)) return false;
  return hasRightSign(value, rule) && toQuantity(value) !== undefined;
}

/** Why a number is not the quantity it should be. `words` is how it was written, where that is known. */
export function explainQuantity(
  value: number,
  rule: QuantityRule,
  pointer: string,
  words = String(value),
): Rejection {
  const told = cut(words);
  const say = (code: string, detail: string, hint?: string): Rejection =>
    problem(code, pointer, detail, hint);
  if (!Number.isFinite(value))
    return say('QUANTITY_NOT_FINITE', `${told} is too large for a number. Send a smaller one.`);
  if (Math.abs(value) > LINE_UNITS_MAX) {
    return say(
      'QUANTITY_OUT_OF_RANGE',
      `${told} is out of range. Send at most ${LINE_UNITS_MAX} in one line.`,
    );
  }
  if (hasTooManyDecimals(value, words)) return tooPrecise(words, pointer);
  if (value === 0) return say('QUANTITY_ZERO', zeroWords(rule, pointer));
  const hint = 'for goods that came back send a return, for goods that were lost stock.adjusted';
  return say(
    'QUANTITY_NEGATIVE',
    `${told} is negative. Send ${rule === 'positive' ? 'more than 0' : '0 or more'}.`,
    rule === 'positive' ? hint : undefined,
  );
}

/**
 * Reports a number whose text has more decimals than a double keeps: 0.1000000000000000055 would pass as 0.1. Called only for
 * numbers whose text is long or has an exponent.
 */
export function checkWords(value: number, words: string, pointer: string): Rejection | undefined {
  const isInRange = Math.abs(value) <= LINE_UNITS_MAX; // Beyond it, another rule says so.
  return isInRange && hasTooManyDecimals(value, words) ? tooPrecise(words, pointer) : undefined;
}

function zeroWords(rule: QuantityRule, pointer: string): string {
  if (/\/lines\/\d+\/quantity$/.test(pointer)) return 'A quantity of 0 moves nothing. Leave the line out.';
  return rule === 'signed'
    ? 'It is 0, which changes nothing. Send how much to add, or a negative number to take away.'
    : 'It is 0. Send a number above 0.';
}

/** Reads a decimal number such as `12` or `-3.50` exactly, not by way of a double. Undefined if it is none. */
export function parseQuantityWords(words: string): { quantity: Quantity; decimals: number } | undefined {
  const found = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(words);
  if (found === null) return undefined;
  const fraction = withoutLastZeros(found[3] ?? '');
  const kept = fraction.slice(0, QUANTITY_DECIMALS_MAX).padEnd(QUANTITY_DECIMALS_MAX, '0');
  const quantity = Number(found[2] + kept);
  return { quantity: (found[1] === '-' ? -quantity : quantity) + 0, decimals: fraction.length };
}

const tooPrecise = (words: string, pointer: string): Rejection =>
  problem(
    'QUANTITY_TOO_PRECISE',
    pointer,
    `${cut(words)} has more than ${QUANTITY_DECIMALS_MAX} decimals. Round it before you send it.`,
  );

function hasRightSign(value: number, rule: QuantityRule): boolean {
  if (rule === 'positive') return value > 0;
  return rule === 'notNegative' ? value >= 0 : value !== 0;
}

function hasTooManyDecimals(value: number, words: string): boolean {
  return toQuantity(value) === undefined || decimalsOf(words) > QUANTITY_DECIMALS_MAX;
}

/** How many decimals a JSON number has as it is written, with its exponent; `1.500` has one. */
function decimalsOf(words: string): number {
  const [mantissa = '', exponent = '0'] = words.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace('-', '');
  const told = withoutLastZeros(digits);
  if (told === '') return 0;
  return fraction.length - (digits.length - told.length) - Number(exponent);
}

/** By a loop: a pattern would take quadratic time, minutes for a number as long as a message. */
function withoutLastZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === DIGIT_0) end--;
  return digits.slice(0, end);
}

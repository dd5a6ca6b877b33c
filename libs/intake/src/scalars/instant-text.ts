import type { Rejection } from '#inventory';
import type { Instant } from '#kernel';
import { problem, shown } from '../problem.ts';

const DIGIT_0 = 48;
const LETTER_T = 84;
const LETTER_Z = 90;
const LOWER = 32;
const COLON = 58;
const DASH = 45;
const POINT = 46;
const MINUTE_MS = 60_000;

/**
 * Reads RFC 3339 with an offset, cut to milliseconds; NaN if it is anything else, such as 30 February, a
 * time without an offset, or a leap second. Date.parse would take many of those, and is not asked.
 */
export function parseInstant(text: string): Instant {
  if (text !== lastText) {
    lastInstant = read(text);
    lastText = text;
  }
  return lastInstant;
}

/** The validator, the range check and the builder need the same text: it is parsed once. */
let lastText = '';
let lastInstant: Instant = NaN;

function read(text: string): Instant {
  if (text.length < 20 || text.length > 64) return NaN;
  const isLaidOut =
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    (text.charCodeAt(10) | LOWER) === (LETTER_T | LOWER) &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON;
  if (!isLaidOut) return NaN;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const date = dateOf(year, month, day);
  const time = timeOf(digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2));
  const fractionEnd = endOfFraction(text);
  return date + time + milliseconds(text, fractionEnd) - offsetAt(text, fractionEnd);
}

/** UTC midnight of a calendar day; NaN if the calendar does not have it. */
export function dateOf(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return NaN;
  const date = Date.UTC(year, month - 1, day);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; they are out of range in any case.
  return year < 100 ? NaN : date;
}

/** Milliseconds since midnight; NaN if no clock shows it. */
export const timeOf = (hour: number, minute: number, second: number): number =>
  hour <= 23 && minute <= 59 && second <= 59 ? ((hour * 60 + minute) * 60 + second) * 1_000 : NaN;

/** Why a value is no instant. */
export function explainInstant(value: unknown, pointer: string): Rejection {
  const form = 'Send it like "2026-11-20T10:15:30Z" or "2026-11-20T11:15:30+01:00".';
  if (typeof value === 'string' && !Number.isNaN(parseInstant(`${value}Z`))) {
    return problem('TIMESTAMP_ZONE_REQUIRED', pointer, `${shown(value)} has no offset from UTC. ${form}`);
  }
  return problem('TIMESTAMP_INVALID', pointer, `${shown(value)} is not a valid time. ${form}`);
}

/** A number of `length` digits; NaN if one is not a digit. */
function digits(text: string, from: number, length: number): number {
  let value = 0;
  for (let i = from; i < from + length; i++) {
    const digit = text.charCodeAt(i) - DIGIT_0;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Index after `.123456`, or 19 if there is no fraction. */
function endOfFraction(text: string): number {
  if (text.charCodeAt(19) !== POINT) return 19;
  let end = 20;
  while (end < text.length && isDigit(text, end)) end++;
  return end;
}

function milliseconds(text: string, end: number): number {
  if (end === 19) return 0;
  if (end === 20) return NaN; // A point without digits.
  const known = Math.min(3, end - 20);
  return digits(text, 20, known) * 10 ** (3 - known);
}

function offsetAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if ((code | LOWER) === (LETTER_Z | LOWER)) return text.length === at + 1 ? 0 : NaN;
  const sign = text[at] === '+' ? 1 : text[at] === '-' ? -1 : NaN;
  if (text.length !== at + 6 || text.charCodeAt(at + 3) !== COLON) return NaN;
  const hours = digits(text, at + 1, 2);
  const minutes = digits(text, at + 4, 2);
  return hours <= 23 && minutes <= 59 ? sign * (hours * 60 + minutes) * MINUTE_MS : NaN;
}

const isDigit = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code >= DIGIT_0 && code <= DIGIT_0 + 9;
};

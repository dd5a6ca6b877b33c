import { dateOf, timeOf } from '../scalars/instant-text.ts';

/** Milliseconds since 1970-01-01T00:00 on the clocks of some place; NaN if the words do not fit. */
type ParseLocalTime = (words: string) => number;

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';
interface Step {
  readonly part: Part;
  readonly digitsMin: number;
  readonly digitsMax: number;
}

/** What the letters of a format stand for. */
const STEPS: Readonly<Record<string, Step>> = {
  yyyy: { part: 'year', digitsMin: 4, digitsMax: 4 },
  MM: { part: 'month', digitsMin: 2, digitsMax: 2 },
  M: { part: 'month', digitsMin: 1, digitsMax: 2 },
  dd: { part: 'day', digitsMin: 2, digitsMax: 2 },
  d: { part: 'day', digitsMin: 1, digitsMax: 2 },
  HH: { part: 'hour', digitsMin: 2, digitsMax: 2 },
  H: { part: 'hour', digitsMin: 1, digitsMax: 2 },
  mm: { part: 'minute', digitsMin: 2, digitsMax: 2 },
  ss: { part: 'second', digitsMin: 2, digitsMax: 2 },
  SSS: { part: 'millisecond', digitsMin: 3, digitsMax: 3 },
};
export const FORMAT_LETTERS = Object.keys(STEPS);

/** A parser for a format such as `yyyy-MM-dd HH:mm`; undefined if it names no day, or a letter we do not know. */
export function localTimeParser(format: string): ParseLocalTime | undefined {
  const pieces = format.match(/([A-Za-z])\1*|[^A-Za-z]+/g) ?? [];
  // A `T` between date and time stands for itself.
  const steps = pieces.map((piece) => (/[A-SU-Za-z]/.test(piece) ? STEPS[piece] : piece));
  if (steps.includes(undefined)) return undefined;
  const parts = steps.filter((step) => typeof step === 'object').map(({ part }) => part);
  const isWhole = (['year', 'month', 'day'] as const).every((part) => parts.includes(part));
  if (!isWhole || new Set(parts).size < parts.length) return undefined;
  return (words) => read(words, steps as readonly (Step | string)[]);
}

function read(words: string, steps: readonly (Step | string)[]): number {
  const told = { year: NaN, month: NaN, day: NaN, hour: 0, minute: 0, second: 0, millisecond: 0 };
  let at = 0;
  for (const step of steps) {
    if (typeof step === 'string') {
      if (!words.startsWith(step, at)) return NaN;
      at += step.length;
      continue;
    }
    const end = endOfDigits(words, at, at + step.digitsMax);
    if (end - at < step.digitsMin) return NaN;
    told[step.part] = Number(words.slice(at, end));
    at = end;
  }
  if (at < words.length) return NaN;
  return (
    dateOf(told.year, told.month, told.day) + timeOf(told.hour, told.minute, told.second) + told.millisecond
  );
}

function endOfDigits(words: string, from: number, most: number): number {
  let end = from;
  while (end < most && words[end]! >= '0' && words[end]! <= '9') end++;
  return end;
}

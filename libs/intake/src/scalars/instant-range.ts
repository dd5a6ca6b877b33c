import type { Rejection } from '#inventory';
import type { Instant } from '#kernel';
import { problem } from '../problem.ts';

const DAY_MS = 86_400_000;
/** The earliest time that a message may have. */
const INSTANT_MIN: Instant = Date.UTC(2000, 0, 1);
/** A sender's clock may run ahead by so much. */
export const AHEAD_MS_MAX = DAY_MS;
/** A count with a later time would include the sales of the next minutes, so its clock must be nearly right. */
export const COUNT_AHEAD_MS_MAX = 5 * 60_000;
/** Goods may be expected so far ahead. */
export const EXPECTED_AHEAD_MS_MAX = 3_660 * DAY_MS;

/** Reports an instant before 2000, or more than `aheadMax` after `now`. */
export function checkRange(
  instant: Instant,
  aheadMax: number,
  now: Instant,
  pointer: string,
): Rejection | undefined {
  if (instant >= INSTANT_MIN && instant <= now + aheadMax) return undefined;
  const told = new Date(instant).toISOString();
  const why =
    instant < INSTANT_MIN
      ? 'is before 2000-01-01, the earliest time allowed. Send the time at which it happened'
      : `is more than ${inWords(aheadMax)} ahead of the clock here (${new Date(now).toISOString()}). Check the clock of the sender`;
  return problem('TIMESTAMP_OUT_OF_RANGE', pointer, `${told} ${why}.`);
}

const inWords = (ms: number): string =>
  ms < DAY_MS ? `${ms / 60_000} minutes` : `${(ms / DAY_MS) * 24} hours`;

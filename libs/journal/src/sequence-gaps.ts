/**
 * The sequence numbers that a source has told: intervals in order, `[from, to, from, to, …]`, with a gap
 * between each two. Plain data, changed in place.
 */
export interface SequenceGaps {
  readonly told: number[];
  /** How many numbers are missing in gaps that are no longer kept, because there were too many. */
  lost: number;
}

/**
 * The most gaps that are kept. With more, the lowest one is closed for good: its numbers stay counted as missing, even
 * if one of them is told after all. So the count shown may be too high, never too low.
 */
export const SEQUENCE_GAPS_MAX = 1_000;

export const emptyGaps = (): SequenceGaps => ({ told: [], lost: 0 });

/** Notes that this number was told. */
export function addSequence(gaps: SequenceGaps, sequence: number): void {
  const { told } = gaps;
  const last = told.length - 1;
  if (last > 0 && sequence === told[last]! + 1)
    told[last] = sequence; // The next one, nearly always.
  else insert(told, sequence);
  if (told.length / 2 <= SEQUENCE_GAPS_MAX + 1) return;
  gaps.lost += told[2]! - told[1]! - 1;
  told.splice(1, 2);
}

/** How many numbers are missing between the lowest and the highest told. */
export function missingIn({ told, lost }: SequenceGaps): number {
  let missing = lost;
  for (let end = 1; end + 1 < told.length; end += 2) missing += told[end + 1]! - told[end]! - 1;
  return missing;
}

function insert(told: number[], sequence: number): void {
  const at = firstIntervalFrom(told, sequence);
  if (at < told.length && told[at]! <= sequence) return;
  const touchesBefore = at > 0 && told[at - 1] === sequence - 1;
  const touchesAfter = at < told.length && told[at] === sequence + 1;
  if (touchesBefore && touchesAfter) told.splice(at - 1, 2);
  else if (touchesBefore) told[at - 1] = sequence;
  else if (touchesAfter) told[at] = sequence;
  else told.splice(at, 0, sequence, sequence);
}

/** The index at which the first interval begins that does not end before `sequence`. */
function firstIntervalFrom(told: readonly number[], sequence: number): number {
  let low = 0;
  let high = told.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (told[2 * middle + 1]! < sequence) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

/** A short name has few letters to get wrong, and many neighbours that are not meant: PATH is not AUTH. */
const SHORT_NAME_LENGTH = 6;

/** The name that `word` most likely meant; undefined where none is near. Case does not count. */
export function nearestName(word: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of names) {
    const steps = editDistance(word.toUpperCase(), name.toUpperCase());
    if (steps < least) [nearest, least] = [name, steps];
  }
  const stepsMax = (nearest?.length ?? 0) < SHORT_NAME_LENGTH ? 1 : 2;
  return least <= stepsMax ? nearest : undefined;
}

/** Letters to put in, take out, replace or swap with the neighbour until `a` is `b`. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (isSame ? 0 : 1));
      next[j] = isSwap ? Math.min(least, before[j - 2]! + 1) : least;
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}

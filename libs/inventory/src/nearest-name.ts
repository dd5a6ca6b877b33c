/**
 * The name that was probably meant; case does not count. `editsMax` says how many characters of a name may be mistyped:
 * by default a third of what was given, and never more than three.
 */
export function nearestName(
  given: string,
  names: Iterable<string>,
  editsMax: (name: string) => number = () => Math.min(3, Math.ceil(given.length / 3)),
): string | undefined {
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of names) {
    const most = Math.min(least - 1, editsMax(name));
    if (Math.abs(name.length - given.length) > most) continue;
    const edits = editDistance(given.toLowerCase(), name.toLowerCase());
    if (edits <= most) [nearest, least] = [name, edits];
  }
  return nearest;
}

/** `did you mean "x"?`, or the whole list if no name is near. */
export function nameHint(given: string, names: readonly string[]): string {
  const nearest = nearestName(given, names);
  return nearest === undefined ? `one of: ${names.join(', ')}` : `did you mean "${nearest}"?`;
}

/** Insertions, deletions, replacements and swaps of neighbours that make `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) edits = Math.min(edits, beforeLast[j - 2]! + 1);
      row.push(edits);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}

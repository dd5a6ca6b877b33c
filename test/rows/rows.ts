/** The catalogue of bad input is numbered. Each row has its test here, and none is left out. */
type Row = readonly [number: number, title: string, ...rest: unknown[]];

/** Every number from `first` to `last` that no row bears. */
export function missingRows(rows: readonly Row[], first: number, last: number): number[] {
  const there = new Set(rows.map(([number]) => number));
  return Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((n) => !there.has(n));
}

const BARS = '▁▂▃▄▅▆▇█';

/** A row of bars from the least to the greatest value, at most `columns` of them (each then the last of its slice). */
export function sparkline(values: readonly number[], columns = 60): string {
  const shown = values.length <= columns ? values : slices(values, columns);
  const least = Math.min(...shown);
  const span = Math.max(...shown) - least || 1;
  return shown.map((value) => BARS[Math.round(((value - least) / span) * (BARS.length - 1))]).join('');
}

const slices = (values: readonly number[], columns: number): number[] =>
  Array.from({ length: columns }, (_, i) => values[Math.ceil(((i + 1) * values.length) / columns) - 1] ?? 0);

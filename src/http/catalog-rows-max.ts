import { refuse } from './problem.ts';

/** Each row is answered, and a refused one with ten times the words it had. */
const CATALOG_ROWS_MAX = 250_000;

/** Throws TOO_MANY_ROWS. */
export function refuseTooManyRows(rows: number): void {
  if (rows <= CATALOG_ROWS_MAX) return;
  throw refuse('TOO_MANY_ROWS', `There are ${rows} rows. Send at most ${CATALOG_ROWS_MAX} at a time.`);
}

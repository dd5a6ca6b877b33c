import type { IndexValue } from './shelf-table.ts';

/** A row that is in memory. */
export interface Held<Row> {
  /** Undefined when there is no such row. */
  row: Row | undefined;
  /** The freeze by which it will be written, if it has changed since it was last written; else 0. */
  dirtySince: number;
  /** Whether the file has a row under this key; undefined when that is not known. */
  isInFile: boolean | undefined;
  /** The index values that the file has for it; undefined when they are not known. */
  fileIndexValues: readonly IndexValue[] | undefined;
}

/** A row that was not looked up in the file yet. */
export const unknownRow = <Row>(): Held<Row> => ({
  row: undefined,
  dirtySince: 0,
  isInFile: undefined,
  fileIndexValues: undefined,
});

/** What we know of it in the file may no longer be true. */
export function forgetFile<Row>(held: Held<Row>): void {
  held.isInFile = undefined;
  held.fileIndexValues = undefined;
}

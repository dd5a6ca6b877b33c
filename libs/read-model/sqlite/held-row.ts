import type { IndexValue } from './shelf-table.ts';

/** A row that is in memory. */
export interface Held<Row> {
  /** Undefined when there is no such row. */
  row: Row | undefined;
  /** Changed since it was last written to the file: the freeze it waits for; 0 if it was not. */
  dirtySince: number;
  /** Whether the file has a row under this key; undefined when that is not known. */
  isInFile: boolean | undefined;
  /** The index values that the file has for it; undefined when they are not known. */
  fileIndexValues: readonly IndexValue[] | undefined;
}

/** Of which nobody has looked into the file yet. */
export const unknownRow = <Row>(): Held<Row> => ({
  row: undefined,
  dirtySince: 0,
  isInFile: undefined,
  fileIndexValues: undefined,
});

/** What the file has of it may not be so any more. */
export function forgetFile<Row>(held: Held<Row>): void {
  held.isInFile = undefined;
  held.fileIndexValues = undefined;
}

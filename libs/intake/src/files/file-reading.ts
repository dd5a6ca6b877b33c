import type { IntakeReading } from '../read-body.ts';

/** What became of some rows of a file. Together they make every row end as exactly one of these. */
export type FileReading = (IntakeReading | SkippedRow) & {
  /** Rows of the file that are in it: 0 for what was generated, many for a document of many lines. */
  readonly rows: number;
  /** The line on which the first of them begins, from 1; 0 for what was generated. */
  readonly line: number;
};

/** A row that carries nothing for us, and the rule that says so. */
interface SkippedRow {
  readonly skipped: string;
}

/** Readings in the order in which they are to be told, a piece of the file at a time. */
export type FileBatch = readonly FileReading[];

/** Lines with nothing on them. */
export const BLANK_LINE = 'blank-line';

import type { IntakeReading } from '../read-body.ts';

/** What became of some rows of a file. Each row of a file is in exactly one of these. */
export type FileReading = (IntakeReading | SkippedRow) & {
  /** How many rows of the file are in it: 0 if it was generated, many for a document of many lines. */
  readonly rows: number;
  /** The line on which the first of them begins, from 1; 0 for what was generated. */
  readonly line: number;
};

/** A row that is skipped, and the rule that skips it. */
interface SkippedRow {
  readonly skipped: string;
}

/** Readings of one piece of the file, in the order in which the journal is to take them. */
export type FileBatch = readonly FileReading[];

/** The rule that skips lines with nothing on them. */
export const BLANK_LINE = 'blank-line';

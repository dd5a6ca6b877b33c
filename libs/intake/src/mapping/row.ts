import type { Rejection } from '#inventory';
import { problem } from '../problem.ts';

/** What an expression gives: text, or what a conversion made of it; undefined where there is nothing. */
export type Value = string | number | boolean | undefined;

/** One row under a mapping, and what was found wrong with it. */
export class MappedRow {
  readonly problems: Rejection[] = [];
  readonly cells: readonly string[];
  readonly line: number;
  readonly raw: string;
  /** For each column that the mapping names, where it stands in this file. */
  readonly #places: readonly number[];
  readonly #columns: readonly string[];

  constructor(
    row: { readonly cells: readonly string[]; readonly line: number; readonly raw: string },
    columns: readonly string[],
    places: readonly number[],
  ) {
    this.cells = row.cells;
    this.line = row.line;
    this.raw = row.raw;
    this.#columns = columns;
    this.#places = places;
  }

  /** The words in a column, by its number in the mapping. */
  cell(column: number): string {
    return this.cells[this.#places[column]!] ?? '';
  }

  /** Reports a problem with a column's words, or with the row if no column is named. */
  report(code: string, column: number | undefined, detail: string, hint?: string): undefined {
    const name = column === undefined ? undefined : this.#columns[column];
    const where =
      name === undefined ? `Line ${this.line}` : `Line ${this.line}, column ${JSON.stringify(name)}`;
    const facts = name === undefined ? { line: this.line } : { line: this.line, column: name };
    // An expression may be evaluated more than once; its problem is reported once.
    const isKnown = this.problems.some((known) => known.code === code && known.facts?.['column'] === name);
    if (!isKnown) this.problems.push({ ...problem(code, '', `${where}: ${detail}`, hint), facts });
    return undefined;
  }
}

/** A compiled expression. If it fails it reports why to the row, and gives undefined. */
export type Evaluate = (row: MappedRow) => Value;
/** A compiled condition. */
export type Test = (row: MappedRow) => boolean;

import { cut, type Rejection } from '#inventory';
import { problem } from '../problem.ts';

/** Characters of one row: a quote that is never closed must not take the whole file into memory. */
export const CSV_ROW_LENGTH_MAX = 1_048_576;

/** One row of a CSV file. A blank line is a row with one empty cell. */
export interface CsvRow {
  readonly cells: readonly string[];
  /** The line, from 1, on which it begins; a quoted cell may go over several. */
  readonly line: number;
  /** Its own text, without the line end. */
  readonly raw: string;
}

/**
 * Cuts a stream of text into rows and cells by RFC 4180: cells may be quoted, a quote in them is doubled, lines end with LF,
 * CRLF or CR, even mixed. It is strict: a quote in the wrong place stops it, because nothing after it can be trusted. It is our
 * own, because csv-parse takes some ten times as long if it must give a row's own text, and does not say where a quote was
 * opened (ADR 0010).
 */
export class CsvScanner {
  /** Set once the text breaks the grammar; no rows come after it. */
  broken: Rejection | undefined;
  readonly #delimiter: string;
  #line: number;
  #text = '';
  #isLast = false;
  /** Where the next quote and the next CR are, at or after the place where they were searched for. */
  #nextQuote = -1;
  #nextReturn = -1;

  constructor(delimiter: string, firstLine = 1) {
    this.#delimiter = delimiter;
    this.#line = firstLine;
  }

  /** The line on which the next row begins. */
  get line(): number {
    return this.#line;
  }

  /** The rows that this text completes. */
  push(text: string): CsvRow[] {
    return this.#scan(this.#text + text, false);
  }

  /** The last row, if it has no line end. */
  end(): CsvRow[] {
    return this.#scan(this.#text, true);
  }

  #scan(text: string, isLast: boolean): CsvRow[] {
    const rows: CsvRow[] = [];
    this.#text = text;
    this.#isLast = isLast;
    this.#nextQuote = this.#nextReturn = -1;
    let at = 0;
    while (at < text.length && this.broken === undefined) {
      const next = this.#row(at, rows);
      if (next === -1) break;
      at = next;
    }
    this.#text = text.slice(at);
    if (this.#text.length > CSV_ROW_LENGTH_MAX) this.broken ??= rowTooLong(this.#line);
    return rows;
  }

  /** Adds the row that begins at `at`. Returns where the next one begins; -1 if its end has not come yet. */
  #row(at: number, rows: CsvRow[]): number {
    const text = this.#text;
    if (this.#nextQuote < at) this.#nextQuote = indexOr(text, '"', at, text.length);
    const end = this.#lineEnd(at);
    if (this.#nextQuote < (end === -1 ? text.length : end)) return this.#quotedRow(at, rows);
    if (end === -1) return -1;
    const raw = ownCopy(text.slice(at, end));
    rows.push({ cells: raw.split(this.#delimiter), line: this.#line++, raw });
    return this.#behindLineEnd(end);
  }

  /** Where the line ends that `at` is in; -1 if that has not come yet. */
  #lineEnd(at: number): number {
    const text = this.#text;
    if (this.#nextReturn < at) this.#nextReturn = indexOr(text, '\r', at, text.length);
    const feed = text.indexOf('\n', at);
    const end = Math.min(feed === -1 ? text.length : feed, this.#nextReturn);
    // A CR at the very end may be the first half of a CRLF.
    const isOpen = end >= text.length || (end === text.length - 1 && text[end] === '\r');
    return isOpen && !this.#isLast ? -1 : end;
  }

  #behindLineEnd(end: number): number {
    return this.#text.startsWith('\r\n', end) ? end + 2 : end + 1;
  }

  /** A row with quotes, cell by cell. */
  #quotedRow(start: number, rows: CsvRow[]): number {
    const cells: string[] = [];
    let at = start;
    let line = this.#line;
    for (;;) {
      const cell = this.#text[at] === '"' ? this.#quotedCell(at, line) : this.#bareCell(at, line);
      if (cell === undefined) return -1;
      cells.push(cell.value);
      line += countLines(cell.value);
      at = cell.end;
      if (this.#text[at] !== this.#delimiter) break;
      at++;
    }
    rows.push({ cells, line: this.#line, raw: ownCopy(this.#text.slice(start, at)) });
    this.#line = line + 1;
    return this.#behindLineEnd(at);
  }

  #quotedCell(open: number, line: number): { value: string; end: number } | undefined {
    const text = this.#text;
    let close = text.indexOf('"', open + 1);
    while (close !== -1 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
    if (close === -1 || (close === text.length - 1 && !this.#isLast)) {
      return this.#needMore(open, line, close === -1);
    }
    const end = close + 1;
    if (end < text.length && !this.#isCellEnd(end)) {
      const found = cut(text.slice(open, end + 20));
      this.broken = quoteProblem(
        line,
        `after the closing quote of ${found} there must be a delimiter or a line end`,
      );
      return undefined;
    }
    if (text[end] === '\r' && end === text.length - 1 && !this.#isLast) return undefined;
    return { value: text.slice(open + 1, close).replaceAll('""', '"'), end };
  }

  #bareCell(start: number, line: number): { value: string; end: number } | undefined {
    const text = this.#text;
    const lineEnd = this.#lineEnd(start);
    const delimiter = text.indexOf(this.#delimiter, start);
    const end = Math.min(delimiter === -1 ? text.length : delimiter, lineEnd === -1 ? text.length : lineEnd);
    const value = text.slice(start, end);
    if (value.includes('"')) {
      this.broken = quoteProblem(
        line,
        `there is a quote inside ${cut(value)}. Put the whole cell in quotes, and double the quote inside`,
      );
      return undefined;
    }
    return end === text.length && !this.#isLast ? undefined : { value, end };
  }

  /** The row goes on in the next piece of text; if there is none, or it is too long, its quote was never closed. */
  #needMore(open: number, line: number, isOpen: boolean): undefined {
    if (isOpen && (this.#isLast || this.#text.length - open > CSV_ROW_LENGTH_MAX)) {
      this.broken = quoteProblem(line, 'the quote that begins there is never closed. Close it');
    }
    return undefined;
  }

  #isCellEnd(at: number): boolean {
    const character = this.#text[at];
    return character === this.#delimiter || character === '\n' || character === '\r';
  }
}

/**
 * Copies a string. A slice keeps the whole text that it was cut from in memory: a row that waits for the rest of its document
 * would keep its chunk of the file.
 */
const ownCopy = (text: string): string => ` ${text}`.slice(1);

function indexOr(text: string, character: string, from: number, otherwise: number): number {
  const index = text.indexOf(character, from);
  return index === -1 ? otherwise : index;
}

/** Line ends inside a quoted cell. */
function countLines(cell: string): number {
  if (!cell.includes('\n') && !cell.includes('\r')) return 0;
  return cell.split(/\r\n|\n|\r/).length - 1;
}

const quoteProblem = (line: number, why: string): Rejection => ({
  ...problem('CSV_QUOTE', '', `Line ${line}: ${why}.`),
  facts: { line },
});

const rowTooLong = (line: number): Rejection => ({
  ...problem(
    'CSV_ROW_TOO_LONG',
    '',
    `Line ${line} is longer than ${CSV_ROW_LENGTH_MAX} characters. Shorten it, or check for a quote that is never closed.`,
  ),
  facts: { line },
});

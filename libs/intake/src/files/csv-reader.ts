import type { Rejection } from '#inventory';
import { firstInvalidByte, looksLikeUtf16 } from '../json/utf8.ts';
import { problem } from '../problem.ts';
import { detectDialect, findColumns } from './csv-header.ts';
import { type CsvRow, CsvScanner } from './csv-scanner.ts';

/** Characters in which the header must come to its end. */
const HEADER_LENGTH_MAX = 65_536;
const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];

/**
 * Reads the bytes of a CSV file as they come: strict UTF-8, with its delimiter found or declared, and its header checked
 * against the columns that are wanted. Gives the rows below the header.
 */
export class CsvReader {
  /** Set once the file as a whole cannot be read; no rows come after that. */
  broken: readonly Rejection[] | undefined;
  /** Where the wanted columns stand, once the header has been read. */
  places: readonly number[] = [];
  /** Cells of the header, and so of each row. */
  width = 0;
  readonly #wanted: readonly string[];
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #scanner: CsvScanner | undefined;
  /** The text until the delimiter is known. */
  #head = '';
  #bytes = 0;

  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
  }

  /** The rows that these bytes complete. */
  push(bytes: Uint8Array): readonly CsvRow[] {
    if (this.broken !== undefined) return [];
    if (this.#bytes === 0) this.#checkStart(bytes);
    const text = this.broken === undefined ? this.#decode(bytes) : undefined;
    return text === undefined ? [] : this.#read(text);
  }

  /** The last row. */
  end(): readonly CsvRow[] {
    if (this.broken !== undefined) return [];
    const rest = this.#finishDecoding();
    if (rest === undefined) return [];
    const rows = [...this.#read(rest, true)];
    if (this.broken === undefined && this.#scanner !== undefined)
      rows.push(...this.#take(this.#scanner.end()));
    this.#noteBroken();
    if (this.broken === undefined && this.width === 0) this.broken = [empty];
    return rows;
  }

  #read(text: string, isLast = false): readonly CsvRow[] {
    if (this.#scanner !== undefined) return this.#take(this.#scanner.push(text));
    this.#head += text;
    if (!isLast && !isHeaderWhole(this.#head)) return [];
    if (this.#head.trim() === '') return [];
    const dialect = detectDialect(this.#head);
    if ('code' in dialect) {
      this.broken = [dialect];
      return [];
    }
    this.#scanner = new CsvScanner(dialect.delimiter, dialect.headerLine);
    return this.#take(this.#scanner.push(this.#head.slice(dialect.headerAt)));
  }

  /** Takes the header off, once. */
  #take(rows: readonly CsvRow[]): readonly CsvRow[] {
    this.#noteBroken();
    if (this.width > 0 || rows.length === 0) return rows;
    const [header, ...others] = rows;
    const found = findColumns(header!.cells, this.#wanted);
    this.width = header!.cells.length;
    if (isPlaces(found)) this.places = found;
    else this.broken = found;
    return this.broken === undefined ? others : [];
  }

  #noteBroken(): void {
    if (this.#scanner?.broken !== undefined) this.broken ??= [this.#scanner.broken];
  }

  #checkStart(bytes: Uint8Array): void {
    if (looksLikeUtf16(bytes)) this.broken = [this.#encoding(0, 'it looks like UTF-16')];
    else if (ZIP_MAGIC.every((byte, index) => bytes[index] === byte)) {
      this.broken = [this.#encoding(0, 'it is a zip archive: unpack it')];
    }
  }

  #decode(bytes: Uint8Array): string | undefined {
    try {
      const text = this.#decoder.decode(bytes, { stream: true });
      this.#bytes += bytes.length;
      return text;
    } catch {
      const offset = this.#bytes + firstInvalidByte(bytes);
      const line = (this.#scanner?.line ?? 1) + countFeeds(bytes, offset - this.#bytes);
      this.broken = [this.#encoding(offset, `near line ${line}, this byte is not allowed there`)];
      return undefined;
    }
  }

  #finishDecoding(): string | undefined {
    try {
      return this.#decoder.decode();
    } catch {
      this.broken = [this.#encoding(this.#bytes, 'it ends in the middle of a character')];
      return undefined;
    }
  }

  #encoding(byte: number, why: string): Rejection {
    const detail = `The file is not UTF-8 at byte ${byte}: ${why}. Save it as UTF-8.`;
    return { ...problem('CSV_ENCODING', '', detail), facts: { byte } };
  }
}

export const empty = problem('CSV_EMPTY', '', 'The file has no rows. Send a header and at least one row.');

const isHeaderWhole = (text: string): boolean =>
  text.length >= HEADER_LENGTH_MAX || /[\r\n]./s.test(text.replace(/^sep=.*(?:\r\n|\n|\r)/i, ''));

const isPlaces = (found: number[] | Rejection[]): found is number[] => typeof found[0] !== 'object';

function countFeeds(bytes: Uint8Array, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1 && at < end; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

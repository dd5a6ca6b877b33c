import { type CsvRow, CsvScanner, detectDialect } from '#intake';
import { nameHint, type Rejection } from '#inventory';
import { refuseTooManyRows } from './catalog-rows-max.ts';
import type { ToldRows } from './catalog-rows.ts';
import { refuse, Refusal, shown } from './problem.ts';

/** What the columns of a CSV may be, and which of them together may not stand twice. */
interface Layout {
  readonly columns: readonly string[];
  readonly required: readonly string[];
  readonly key: readonly string[];
}

const LISTINGS: Layout = {
  columns: ['channel', 'listing', 'sku', 'unitsPer'],
  required: ['channel', 'listing', 'sku'],
  key: ['channel', 'listing'],
};
const ITEMS: Layout = {
  columns: ['sku', 'name', 'category', 'decimals', 'unit', 'identifiers'],
  required: ['sku'],
  key: ['sku'],
};

/** What a spreadsheet makes of a long number. */
const EXCEL_NUMBER = /^\d(\.\d+)?E\+\d+$/i;
const WHOLE = /^\d{1,9}$/;
const DECIMAL = /^\d{1,10}(\.\d{1,10})?$/;

/** Throws a Refusal where the text as a whole cannot be read. */
export function csvRows(text: string): ToldRows {
  const dialect = detectDialect(text);
  if ('code' in dialect) throw new Refusal(dialect);
  const scanner = new CsvScanner(dialect.delimiter, dialect.headerLine);
  const rows = [...scanner.push(text.slice(dialect.headerAt)), ...scanner.end()];
  if (scanner.broken !== undefined) throw new Refusal(scanner.broken);
  const [header, ...others] = rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  if (header === undefined || others.length === 0) {
    throw refuse('CSV_EMPTY', 'The file has no rows. Send a header and at least one row.');
  }
  refuseTooManyRows(others.length);
  const names = header.cells.map((cell) => cell.trim());
  const layout = layoutOf(names);
  return { lines: others.map(({ line }) => line), json: readRows(others, names, layout) };
}

function* readRows(
  rows: readonly CsvRow[],
  names: readonly string[],
  layout: Layout,
): Generator<string | Rejection> {
  const seen = new Map<string, number>();
  for (const { cells, line } of rows) yield readCells(cells, { names, layout, seen, line });
}

function layoutOf(names: readonly string[]): Layout {
  const layout = names.includes('listing') ? LISTINGS : ITEMS;
  const unknown = names.find((name) => !layout.columns.includes(name));
  if (unknown !== undefined) {
    const detail = `The column ${shown(unknown)} is not known here. Use only: ${layout.columns.join(', ')}.`;
    throw refuse('CSV_HEADER', detail, { hint: nameHint(unknown, layout.columns) });
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw refuse('CSV_HEADER', `The column ${shown(twice)} appears twice. Rename or remove one of them.`);
  const missing = layout.required.find((name) => !names.includes(name));
  if (missing !== undefined) throw refuse('CSV_HEADER', `The column ${missing} is missing. Add it.`);
  return layout;
}

interface Place {
  readonly names: readonly string[];
  readonly layout: Layout;
  /** Keys of the rows before, and their lines. */
  readonly seen: Map<string, number>;
  readonly line: number;
}

function readCells(cells: readonly string[], { names, layout, seen, line }: Place): string | Rejection {
  if (cells.length !== names.length) {
    return {
      code: 'CSV_COLUMNS',
      detail: `The row has ${cells.length} cells, but the header has ${names.length}. Put cells that contain a delimiter in quotes.`,
    };
  }
  const told = Object.fromEntries(names.map((name, index) => [name, cells[index]!]));
  const key = JSON.stringify(layout.key.map((name) => told[name]));
  const first = seen.get(key);
  if (first !== undefined) {
    return {
      code: 'CSV_DUPLICATE_ROW',
      detail: `The same is already on line ${first}. Keep one of them.`,
    };
  }
  seen.set(key, line);
  return toJson(told);
}

function toJson(told: Readonly<Record<string, string>>): string | Rejection {
  const value: Record<string, unknown> = {};
  for (const [name, cell] of Object.entries(told)) {
    if (cell === '') continue;
    const read = (CELLS[name] ?? asText)(cell);
    if (typeof read === 'object' && read !== null && 'code' in read) return { pointer: `/${name}`, ...read };
    value[name] = read;
  }
  return JSON.stringify(value);
}

type Cell = string | number | Rejection | readonly { readonly scheme: string; readonly value: string }[];

const asText = (cell: string): Cell => cell;

const CELLS: Readonly<Record<string, (cell: string) => Cell>> = {
  sku: (cell) =>
    EXCEL_NUMBER.test(cell)
      ? {
          code: 'SKU_SUSPECT_EXCEL',
          detail: `${shown(cell)} looks like a code that a spreadsheet has turned into a number or a date. Export the column as text.`,
        }
      : cell,
  decimals: (cell) => (WHOLE.test(cell.trim()) ? Number(cell) : notNumber(cell)),
  unitsPer: (cell) => (DECIMAL.test(cell.trim()) ? Number(cell) : notNumber(cell)),
  identifiers: (cell) => {
    const parts = cell.split(';').map((part) => part.trim());
    const broken = parts.find((part) => !/^[^:]+:./.test(part));
    if (broken !== undefined) {
      return {
        code: 'CSV_COLUMNS',
        detail: `${shown(broken)} is not scheme:value. Separate several with ";".`,
      };
    }
    return parts.map((part) => ({
      scheme: part.slice(0, part.indexOf(':')),
      value: part.slice(part.indexOf(':') + 1),
    }));
  },
};

const notNumber = (cell: string): Rejection => ({
  code: 'QUANTITY_FORMAT',
  detail: `${shown(cell)} is not a plain number. Write digits, and a point before decimals.`,
});

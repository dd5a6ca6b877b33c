import { styleText } from 'node:util';
import Table from 'cli-table3';
import { cut, number, printable } from './words.ts';

/** Where text goes: a terminal, a pipe, or a string in a test. */
export interface Out {
  write(text: string, done?: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

type Style = Parameters<typeof styleText>[0];
/** A text is made safe before it is painted: it may be anybody's. */
export type Cell = string | number | null | undefined | { readonly text: string; readonly style: Style };

/** How wide a page is where nobody says, or says 0. */
const COLUMNS_DEFAULT = 100;
/** Nothing is broken into narrower lines. */
const COLUMNS_MIN = 60;

/** A page of text for people: lines, headings, tables; colours only where a person looks. */
export class Page {
  readonly #out: Out;
  readonly #colours: boolean;
  readonly #cellColumnsMax: number;
  readonly columns: number;

  constructor(out: Out, env: NodeJS.ProcessEnv) {
    this.#out = out;
    this.#colours = wantsColours(out, env);
    this.#cellColumnsMax = out.isTTY === true ? CELL_COLUMNS_MAX : Infinity;
    this.columns = Math.max(out.columns || COLUMNS_DEFAULT, COLUMNS_MIN);
  }

  line(text = ''): void {
    this.#out.write(`${text}\n`);
  }

  paint(style: Style, text: string): string {
    return this.#colours ? styleText(style, text, { validateStream: false }) : text;
  }

  /** Numbers stand right, texts of others are made safe; a column's title is right where its cells are. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const right = head.map((_, i) => rows.length > 0 && rows.every((row) => isNumeric(row[i])));
    const table = new Table({
      head: head.map((title) => this.paint('dim', title)),
      colAligns: right.map((is) => (is ? 'right' : 'left')),
      chars: BARE,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    });
    for (const row of rows) table.push(row.map((cell) => this.#cell(cell)));
    for (const line of table.toString().split('\n')) this.line(line.trimEnd());
  }

  #cell(cell: Cell): string {
    if (cell === null || cell === undefined) return '';
    if (typeof cell === 'number') return number(cell);
    if (typeof cell === 'string') return cut(printable(cell), this.#cellColumnsMax);
    return this.paint(cell.style, cut(printable(cell.text), this.#cellColumnsMax));
  }
}

/** On a terminal; who reads a file or a pipe has room for all of it. */
const CELL_COLUMNS_MAX = 80;

/** `12`, `+3`, `0 → 12`: what stands better under its last digit. */
const isNumeric = (cell: Cell): boolean =>
  typeof cell === 'object' && cell !== null
    ? isNumeric(cell.text)
    : typeof cell !== 'string' || /^[-+−\d.,% →]*$/.test(cell);

/** Nobody's terminal, NO_COLOR (https://no-color.org) and TERM=dumb get plain text; FORCE_COLOR has the last word. */
function wantsColours(out: Out, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return true;
  return out.isTTY === true && env.TERM !== 'dumb';
}

const NOTHING = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
] as const;
const BARE = Object.fromEntries(NOTHING.map((name) => [name, '']));

import { Cursors } from './cursor.ts';

export interface PageAsked {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
}

/** What a list is, whichever page of it is asked for. */
interface List<Row, Shown> {
  /** Names everything the rows depend on: a cursor leads on in this list only. */
  readonly name: readonly unknown[];
  /** At most so many rows behind `after`. */
  read(page: { readonly after: string | undefined; readonly limit: number }): Promise<readonly Row[]>;
  /** What a row is found behind. */
  placeOf(row: Row): string;
  show(row: Row): Shown;
}

/** Lists in pages: each is asked for one row more than it shows, to know whether another follows. */
export class Pager {
  readonly #cursors: Cursors;

  constructor(cursors: Cursors) {
    this.#cursors = cursors;
  }

  /** Throws CURSOR_INVALID. */
  async page<Row, Shown>({ limit, cursor }: PageAsked, list: List<Row, Shown>): Promise<Page<Shown>> {
    const name = JSON.stringify(list.name);
    const after = cursor === undefined ? undefined : this.#cursors.open(name, cursor);
    const rows = await list.read({ after, limit: limit + 1 });
    const items = rows.slice(0, limit).map((row) => list.show(row));
    if (rows.length <= limit) return { items, next: null };
    return { items, next: this.#cursors.seal(name, list.placeOf(rows[limit - 1]!)) };
  }
}

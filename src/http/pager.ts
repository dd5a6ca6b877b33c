import { Cursors } from './cursor.ts';

export interface PageAsked {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
}

/** Lists in pages: each is asked for one row more than it shows, to know whether another follows. */
export class Pager {
  readonly #cursors: Cursors;
  readonly #prepareLists: () => Promise<void>;

  /** `prepareLists` is that of the read model from which the lists are read. */
  constructor(cursors: Cursors, prepareLists: () => Promise<void>) {
    this.#cursors = cursors;
    this.#prepareLists = prepareLists;
  }

  /**
   * `list` names everything the rows depend on. `read` gives at most so many rows behind `after`; `placeOf` is
   * what a row is found behind. Throws CURSOR_INVALID.
   */
  async page<Row>(
    list: readonly unknown[],
    { limit, cursor }: PageAsked,
    read: (after: string | undefined, limit: number) => Promise<readonly Row[]> | readonly Row[],
    placeOf: (row: Row) => string,
  ): Promise<Page<Row>> {
    const name = JSON.stringify(list);
    const after = cursor === undefined ? undefined : this.#cursors.open(name, cursor);
    await this.#prepareLists();
    const rows = await read(after, limit + 1);
    if (rows.length <= limit) return { items: rows, next: null };
    const items = rows.slice(0, limit);
    return { items, next: this.#cursors.seal(name, placeOf(items[limit - 1]!)) };
  }
}

/** The same page with its rows as they are shown. */
export const shownPage = <Row, Shown>(
  { items, next }: Page<Row>,
  show: (row: Row) => Shown,
): Page<Shown> => ({
  items: items.map(show),
  next,
});

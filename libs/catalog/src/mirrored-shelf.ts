import type { ReadModel, Shelf } from '#read-model';

const PAGE_ROWS = 1_000;

/**
 * A shelf of rows that are asked for all the time, and few enough to be mirrored in memory. They are read from the file
 * once, at the first use, when every shelf of the read model has been declared.
 */
export class MirroredShelf<Row extends object> {
  readonly #shelf: Shelf<Row>;
  #mirror: Map<string, Row> | undefined;

  constructor(readModel: ReadModel, definition: { readonly name: string; readonly version: number }) {
    this.#shelf = readModel.shelf<Row>(definition);
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  /** A row is replaced, never changed in place: readers of the old one keep it as it was. */
  put(key: string, row: Row): void {
    this.#rows.set(key, row);
    this.#shelf.put(key, row);
  }

  /** In any order. */
  values(): Iterable<Row> {
    return this.#rows.values();
  }

  page(page: { readonly after?: string; readonly limit: number }): readonly Row[] {
    return this.#shelf.byKey(page).map(({ row }) => row);
  }

  get #rows(): Map<string, Row> {
    this.#mirror ??= this.#load();
    return this.#mirror;
  }

  #load(): Map<string, Row> {
    const rows = new Map<string, Row>();
    let after = '';
    for (;;) {
      const page = this.#shelf.byKey({ after, limit: PAGE_ROWS });
      for (const { key, row } of page) rows.set(key, row);
      const last = page.at(-1);
      if (last === undefined) return rows;
      after = last.key;
    }
  }
}

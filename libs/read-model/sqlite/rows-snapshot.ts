import { DatabaseSync } from 'node:sqlite';
import type { StoredRow } from './shelf-table.ts';

/** The file as of its newest commit at the time of opening, whatever is written later. */
export class RowsSnapshot {
  /** Its log position. */
  readonly position: number;
  readonly #database: DatabaseSync;

  /** Read-only, so that it leaves the write-ahead log alone even if it is the last to close. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file, { readOnly: true });
    try {
      this.#database.exec('BEGIN');
      const picture = this.#database.prepare('SELECT position FROM picture').get(); // The first read fixes the state.
      this.position = Number(picture?.['position'] ?? 0);
    } catch (cause) {
      this.#database.close();
      throw cause;
    }
  }

  /** Every row of a table in key order, at most so many at once. */
  *pages(tableName: string, rowsMax: number): Generator<readonly StoredRow[], void> {
    const statement = this.#database.prepare(`SELECT key, row FROM ${tableName} ORDER BY key`);
    statement.setReturnArrays(true);
    let page: StoredRow[] = [];
    for (const row of statement.iterate() as Iterable<unknown>) {
      const [key, text] = row as [string, string];
      page.push({ key, text });
      if (page.length < rowsMax) continue;
      yield page;
      page = [];
    }
    yield page;
  }

  close(): void {
    this.#database.close();
  }
}

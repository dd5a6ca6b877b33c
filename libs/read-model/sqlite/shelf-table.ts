import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { assert } from '#kernel';
import type { IndexPage } from '../src/index.ts';

export type IndexValue = string | number | null;

export interface StoredRow {
  readonly key: string;
  /** JSON. */
  readonly text: string;
}

/**
 * The table of one shelf: rows as JSON under their key, with a column and a partial index for each declared
 * index. Without rowid, so a row is found in one descent and every index is ordered by (value, key).
 */
export class ShelfTable {
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #indexes: readonly string[];
  readonly #pages = new Map<string, StatementSync>();
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #updateText: StatementSync;
  readonly #updateAll: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync, name: string, indexes: readonly string[]) {
    this.#database = database;
    this.#name = name;
    this.#indexes = indexes;
    this.#create();
    const columns = indexes.map((_, index) => `, index_${index}`).join('');
    const assignments = indexes.map((_, index) => `, index_${index} = ?`).join('');
    this.#select = this.#prepare(`SELECT row FROM ${name} WHERE key = ?`);
    this.#insert = this.#prepare(
      `INSERT INTO ${name} (key, row${columns}) VALUES (?, ?${', ?'.repeat(indexes.length)})`,
    );
    this.#updateText = this.#prepare(`UPDATE ${name} SET row = ? WHERE key = ?`);
    this.#updateAll = this.#prepare(`UPDATE ${name} SET row = ?${assignments} WHERE key = ?`);
    this.#delete = this.#prepare(`DELETE FROM ${name} WHERE key = ?`);
  }

  find(key: string): string | undefined {
    const row = this.#select.get(key) as readonly SQLOutputValue[] | undefined;
    return row?.[0] as string | undefined;
  }

  insert(key: string, text: string, indexValues: readonly IndexValue[]): void {
    this.#insert.run(key, text, ...indexValues);
  }

  /** Returns false if there is no such row. Leave the index values out if they have not changed. */
  update(key: string, text: string, indexValues?: readonly IndexValue[]): boolean {
    const { changes } = indexValues
      ? this.#updateAll.run(text, ...indexValues, key)
      : this.#updateText.run(text, key);
    return changes !== 0;
  }

  /** Returns false if there was no such row. */
  delete(key: string): boolean {
    return this.#delete.run(key).changes !== 0;
  }

  byKey(after: string | undefined, limit: number): StoredRow[] {
    return after === undefined
      ? this.#page('SELECT key, row FROM TABLE ORDER BY key LIMIT ?', [limit])
      : this.#page('SELECT key, row FROM TABLE WHERE key > ? ORDER BY key LIMIT ?', [after, limit]);
  }

  byIndex(index: string, page: IndexPage): (StoredRow & { readonly value: string | number })[] {
    const number = this.#indexes.indexOf(index);
    assert(number >= 0, `a declared index, got ${index}`);
    const column = `index_${number}`;
    const { where, values } = boundsOf(column, page);
    const rows = this.#page(
      `SELECT key, row, ${column} FROM TABLE WHERE ${column} IS NOT NULL AND ${where} ORDER BY ${column}, key LIMIT ?`,
      [...values, page.limit],
    );
    return rows as (StoredRow & { readonly value: string | number })[];
  }

  /** Every row in key order, one at a time. */
  *all(): Generator<StoredRow, void> {
    const statement = this.#prepare(`SELECT key, row FROM ${this.#name} ORDER BY key`);
    for (const row of statement.iterate() as Iterable<unknown>) {
      const [key, text] = row as [string, string];
      yield { key, text };
    }
  }

  #page(sql: string, values: readonly SQLInputValue[]): StoredRow[] {
    let statement = this.#pages.get(sql);
    if (statement === undefined) {
      statement = this.#prepare(sql.replace('TABLE', this.#name));
      this.#pages.set(sql, statement);
    }
    const rows = statement.all(...values) as readonly unknown[] as [string, string, string | number][];
    return rows.map(([key, text, value]) => ({ key, text, value }));
  }

  #create(): void {
    const columns = this.#indexes.map((_, index) => `, index_${index} ANY`).join('');
    this.#database.exec(
      `CREATE TABLE IF NOT EXISTS ${this.#name} (key TEXT PRIMARY KEY, row TEXT NOT NULL${columns}) STRICT, WITHOUT ROWID`,
    );
    for (const index of this.#indexes.keys()) {
      const column = `index_${index}`;
      this.#database.exec(
        `CREATE INDEX IF NOT EXISTS ${this.#name}_${column} ON ${this.#name} (${column}, key) WHERE ${column} IS NOT NULL`,
      );
    }
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }
}

/** Only one bound in each case: of two, SQLite uses the wider one, and reads all rows between them. */
function boundsOf(column: string, page: IndexPage): { where: string; values: readonly SQLInputValue[] } {
  const { equals, above, after } = page;
  assert(equals === undefined || above === undefined, 'one value, or all above one');
  if (equals !== undefined && after !== undefined) {
    assert(after.value === equals, 'to go on behind a row of the value asked for');
    return { where: `${column} = ? AND key > ?`, values: [equals, after.key] };
  }
  if (equals !== undefined) return { where: `${column} = ?`, values: [equals] };
  if (after !== undefined) return { where: `(${column}, key) > (?, ?)`, values: [after.value, after.key] };
  return above === undefined ? { where: 'true', values: [] } : { where: `${column} > ?`, values: [above] };
}

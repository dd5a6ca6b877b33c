import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

/** Entries that wait in the small tree. More of them would make that tree itself costly to write. */
const FRESH_ENTRIES_MAX = 32_768;
/** Entries moved to the big tree at once: about two milliseconds. */
const SLICE_ENTRIES = 1_024;

export interface LaggingIndexDefinition {
  readonly name: string;
  /** In order of significance. */
  readonly keys: readonly { readonly name: string; readonly type: 'INTEGER' | 'TEXT' }[];
  readonly value: string;
}

/** The two tables of the index: `…_fresh` and `…_settled`. */
export function laggingIndexTables({ name, keys, value }: LaggingIndexDefinition): string {
  const columns = keys.map((key) => `${key.name} ${key.type} NOT NULL`).join(', ');
  const key = keys.map((column) => column.name).join(', ');
  return ['fresh', 'settled']
    .map(
      (tree) =>
        `CREATE TABLE ${name}_${tree} (${columns}, ${value} INTEGER NOT NULL, PRIMARY KEY (${key})) STRICT, WITHOUT ROWID;`,
    )
    .join('\n');
}

/**
 * A unique index in two trees: entries come to a small one, and move to the big one in slices of neighbouring
 * keys. In a single tree that has grown, nearly each new entry dirties a page of its own, 16 KiB for 20 bytes:
 * with a million events that doubled the time and wrote ten times as much.
 *
 * A key is in one tree only. Of keys that share their first column, the settled ones are the smaller ones.
 */
export class LaggingIndex {
  readonly #insert: StatementSync;
  readonly #countFresh: StatementSync;
  readonly #sliceBegin: StatementSync;
  readonly #sliceEnd: StatementSync;
  readonly #settleSlice: StatementSync;
  readonly #dropSlice: StatementSync;
  /** Less than every key. */
  readonly #beforeAll: readonly SQLInputValue[];
  #freshEntries = 0;
  #settledTo: readonly SQLInputValue[];

  constructor(database: DatabaseSync, { name, keys, value }: LaggingIndexDefinition) {
    const prepare = (sql: string): StatementSync => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    const key = keys.map((column) => column.name).join(', ');
    const places = keys.map(() => '?').join(', ');
    const slice = `WHERE (${key}) >= (${places}) AND (${key}) <= (${places})`;
    this.#insert = prepare(`INSERT INTO ${name}_fresh (${key}, ${value}) VALUES (${places}, ?)`);
    this.#countFresh = prepare(`SELECT count(*) FROM ${name}_fresh`);
    this.#sliceBegin = prepare(
      `SELECT ${key} FROM ${name}_fresh WHERE (${key}) > (${places}) ORDER BY ${key} LIMIT 1`,
    );
    this.#sliceEnd = prepare(`
      SELECT ${key} FROM (
        SELECT ${key} FROM ${name}_fresh WHERE (${key}) >= (${places}) ORDER BY ${key} LIMIT ${SLICE_ENTRIES}
      ) ORDER BY ${keys.map((column) => `${column.name} DESC`).join(', ')} LIMIT 1`);
    this.#settleSlice = prepare(`
      INSERT INTO ${name}_settled (${key}, ${value})
      SELECT ${key}, ${value} FROM ${name}_fresh ${slice} ORDER BY ${key}`);
    this.#dropSlice = prepare(`DELETE FROM ${name}_fresh ${slice}`);
    this.#beforeAll = keys.map(({ type }) => (type === 'INTEGER' ? Number.MIN_SAFE_INTEGER : ''));
    this.#settledTo = this.#beforeAll;
  }

  /** The key columns, then the value. The key must be new. */
  insert(...entry: SQLInputValue[]): void {
    this.#insert.run(...entry);
    this.#freshEntries++;
  }

  /** Moves entries on, if there are enough; to be called now and then inside a write transaction. */
  settle(): void {
    while (this.#freshEntries >= FRESH_ENTRIES_MAX + SLICE_ENTRIES) this.#settleNext();
  }

  /** After opening, and after a transaction that came to nothing. */
  recall(): void {
    this.#freshEntries = firstOf(this.#countFresh.get());
    this.#settledTo = this.#beforeAll; // From the smallest key on, for what was moved may not have been after all.
  }

  /** In the order of keys, round and round. */
  #settleNext(): void {
    const begin = toKey(this.#sliceBegin.get(...this.#settledTo));
    if (begin === undefined) {
      this.#settledTo = this.#beforeAll;
      return;
    }
    const end = toKey(this.#sliceEnd.get(...begin))!;
    this.#settleSlice.run(...begin, ...end);
    this.#freshEntries -= Number(this.#dropSlice.run(...begin, ...end).changes);
    this.#settledTo = end;
  }
}

/** The statements return arrays, which the types of the driver do not show. */
const toKey = (row: unknown): readonly SQLInputValue[] | undefined =>
  row as readonly SQLInputValue[] | undefined;
const firstOf = (row: unknown): number => Number((row as readonly SQLOutputValue[])[0]);

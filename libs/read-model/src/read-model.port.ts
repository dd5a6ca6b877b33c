/**
 * Where everything derived from the log is kept: shelves of rows in one disposable file, with the log
 * position they stand for. Rows change in memory at once and reach the file together with the position in
 * one transaction, so that after any crash the file is the exact picture at its position and the log brings
 * the rest. Deleting the file loses nothing. Hot rows stay in memory, the others cost no heap.
 */
export abstract class ReadModel {
  /** The log position that the file stood for when it was opened; 0 for a new one. */
  abstract readonly openedAt: number;

  /** Declares a shelf; all of them before the first row is touched. Another `version` empties the whole file. */
  abstract shelf<Row extends object>(definition: ShelfDefinition<Row>): Shelf<Row>;

  /**
   * Call it between batches, with the log position that the shelves stand for: now and then what has changed
   * by then reaches the file, as of that position, a little in each call.
   */
  abstract spill(position: number): void;

  /** Everything changed so far reaches the file, as of this log position, in one transaction. */
  abstract commit(position: number): void;

  /** SHA-256 over every row of every hashed shelf in (shelf, key) order: equal pictures, equal hashes. */
  abstract hash(): string;

  /**
   * The same hash, of the file as of its newest commit: rows may change while it is made, a little in each turn.
   * One in memory is hashed as it is, at once.
   */
  abstract hashStored(): StoredHash;

  abstract close(): void;
}

export interface StoredHash {
  /** The log position that the rows stand for. */
  readonly position: number;
  /** Rejects if the read model is closed before it is done. It may be left unawaited. */
  readonly hash: Promise<string>;
}

export interface ShelfDefinition<Row> {
  readonly name: string;
  /** Grows when a row's shape or meaning changes: the file is then rebuilt from the log. */
  readonly version: number;
  /** What rows are found and ordered by, beside their key. `null` leaves a row out of that index. */
  readonly indexes?: Readonly<Record<string, (row: Row, key: string) => string | number | null>>;
  /** Default true; false for what is about this process and not about the log. */
  readonly hashed?: boolean;
  /** Rows kept unfolded in memory; default 50,000. */
  readonly hotRowsMax?: number;
}

/**
 * Rows by key. `get` hands out the live row: change it in place and `put` it, all in one turn.
 * Keys order by their UTF-8 bytes.
 */
export interface Shelf<Row> {
  get(key: string): Row | undefined;
  put(key: string, row: Row): void;
  delete(key: string): void;
  /** Rows in key order, after the key `after` (exclusive), at most `limit`. */
  byKey(page: { after?: string; limit: number }): readonly ShelfEntry<Row>[];
  /**
   * Rows by a declared index, ordered by (index value, key). `equals` picks one value, or `above` all
   * greater ones; `after` continues behind the entry last seen, which is one of those. At most `limit`.
   */
  byIndex(index: string, page: IndexPage): readonly (ShelfEntry<Row> & { readonly value: string | number })[];
  count(): number;
  /**
   * Writes what has changed so far to where lists are read from. A fold that changes very many rows in one event calls it
   * now and then: otherwise the next reader of a list waits for all of them.
   */
  writeChanged(): void;
}

export interface IndexPage {
  readonly equals?: string | number;
  readonly above?: string | number;
  readonly after?: { readonly value: string | number; readonly key: string };
  readonly limit: number;
}

export interface ShelfEntry<Row> {
  readonly key: string;
  readonly row: Row;
}

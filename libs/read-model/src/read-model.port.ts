/**
 * Keeps everything that is derived from the log: shelves of rows in one disposable file, with their log position. Rows
 * change in memory at once, and reach the file together with the position in one transaction. So after any crash the file
 * is the exact picture as of its position, and the log brings the rest. Deleting the file loses nothing. Hot rows stay in
 * memory, the others cost no heap.
 */
export abstract class ReadModel {
  /** The log position of the file when it was opened; 0 for a new one. */
  abstract readonly openedAt: number;

  /** Declares a shelf. Declare all before the first row is used. A changed `version` empties the whole file. */
  abstract shelf<Row extends object>(definition: ShelfDefinition<Row>): Shelf<Row>;

  /**
   * Call it between batches, with the log position of the shelves. Now and then it begins to write what has changed by then,
   * as of that position, a little in each call.
   */
  abstract spill(position: number): void;

  /**
   * Call it between batches now and then while none comes, with the log position of the shelves. If it is time for it, writes
   * all that has changed by then, as of that position, a little in each turn; the next batch need not wait for it.
   */
  abstract rest(position: number): Promise<void>;

  /**
   * Await it before reading a list on request. A list is read from the tables, and so first writes all rows that have changed.
   * This writes most of them, a slice in each turn, so that the list does not hold everybody up.
   */
  abstract prepareLists(): Promise<void>;

  /** Writes everything that has changed to the file, as of this log position, in one transaction. */
  abstract commit(position: number): void;

  /** SHA-256 of all rows of all hashed shelves in the order of (shelf, key): equal pictures have equal hashes. */
  abstract hash(): string;

  /**
   * The same hash, but of the file as of its newest commit. It is computed a little in each turn; rows may change meanwhile.
   * A read model in memory is hashed at once, as it is.
   */
  abstract hashStored(): StoredHash;

  abstract close(): void;
}

export interface StoredHash {
  /** The log position of the hashed rows. */
  readonly position: number;
  /** Rejects if the read model is closed before it is done. It need not be awaited. */
  readonly hash: Promise<string>;
}

export interface ShelfDefinition<Row> {
  readonly name: string;
  /** Grows when a row's shape or meaning changes: the file is then rebuilt from the log. */
  readonly version: number;
  /** Further values that rows are found and ordered by. `null` leaves a row out of that index. */
  readonly indexes?: Readonly<Record<string, (row: Row, key: string) => string | number | null>>;
  /** Default true; false for rows that depend on this process and not only on the log. */
  readonly hashed?: boolean;
  /** Rows kept as objects in memory; default 50,000. */
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
   * Rows by a declared index, in the order of (index value, key), at most `limit`. `equals`: only this value; `above`: only
   * greater ones. `after`: the last entry seen; those after it.
   */
  byIndex(index: string, page: IndexPage): readonly (ShelfEntry<Row> & { readonly value: string | number })[];
  count(): number;
  /**
   * Writes what has changed so far to the tables that lists are read from. A fold that changes very many rows in one event
   * calls it now and then: otherwise the next reader of a list waits until all of them are written.
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

import {
  type IndexPage,
  ReadModelFull,
  type Shelf,
  type ShelfDefinition,
  type ShelfEntry,
} from '../src/index.ts';
import { forgetFile, type Held, unknownRow } from './held-row.ts';
import type { IndexValue, ShelfTable, StoredRow } from './shelf-table.ts';
import { WrittenRows } from './written-rows.ts';

const HOT_ROWS_MAX = 50_000;

/** What a shelf needs of its file. */
interface ShelfHost {
  /** Ends the current freeze, by giving it up or committing it: later changes are about to be written. */
  endFreeze(): void;
  /** Runs a function that writes, in the open transaction. If that is rolled back, `takeBack` is called on every shelf. */
  write(work: () => void): void;
  /** Runs what reads. */
  read<Answer>(work: () => Answer): Answer;
}

/**
 * Rows in memory over rows in the file. Every row held is in `young` or `old` (the two generations of the hot
 * rows), or in `dirty` or `frozen` (not yet written) or `written` (written, but not committed): these three lose no
 * row, so a transaction that fails as a whole loses nothing.
 *
 * Frozen rows are written as they were when they were frozen, though slice by slice while the log goes on: a caller may
 * change a row that it gets, so a frozen row is written before it is handed out. A row that changes all the time is written
 * once per commit.
 */
export class SqliteShelf<Row extends object> implements Shelf<Row> {
  readonly #host: ShelfHost;
  readonly #table: ShelfTable;
  readonly #indexOf: readonly ((row: Row, key: string) => IndexValue)[];
  readonly #youngMax: number;
  #young = new Map<string, Held<Row>>();
  #old = new Map<string, Held<Row>>();
  #dirty = new Map<string, Held<Row>>();
  #frozen = new Map<string, Held<Row>>();
  readonly #written = new WrittenRows<Row>();
  /** The row that was asked for last: callers often get a row twice, and then put it. */
  #lastKey: string | undefined;
  #last: Held<Row> | undefined;
  #freezes = 1;
  #count: number;
  #committedCount: number;

  constructor(host: ShelfHost, table: ShelfTable, definition: ShelfDefinition<Row>, count: number) {
    this.#host = host;
    this.#table = table;
    this.#indexOf = Object.values(definition.indexes ?? {});
    this.#youngMax = Math.max(1, Math.floor((definition.hotRowsMax ?? HOT_ROWS_MAX) / 2));
    this.#count = count;
    this.#committedCount = count;
  }

  /** Changed since the last freeze. */
  get dirtyRows(): number {
    return this.#dirty.size;
  }

  get frozenRows(): number {
    return this.#frozen.size;
  }

  /** The number of rows in the file, including those written since the last commit. */
  get storedCount(): number {
    return this.#count;
  }

  get(key: string): Row | undefined {
    const held = this.#lastAt(key) ?? this.#note(key, this.#young.get(key) ?? this.#hold(key));
    if (this.#isFrozen(held)) this.#writeFrozenNow(key, held);
    return held.row;
  }

  put(key: string, row: Row): void {
    this.#change(key, row);
  }

  delete(key: string): void {
    this.#change(key, undefined);
  }

  writeChanged(): void {
    if (this.#dirty.size > 0) this.#host.endFreeze();
    if (this.#dirty.size + this.#frozen.size > 0) this.#host.write(() => this.writeDirty());
  }

  byKey({ after, limit }: { after?: string; limit: number }): readonly ShelfEntry<Row>[] {
    this.writeChanged();
    return this.#host.read(() => this.#table.byKey(after, limit).map((stored) => this.#toEntry(stored)));
  }

  byIndex(index: string, page: IndexPage): readonly (ShelfEntry<Row> & { value: string | number })[] {
    this.writeChanged();
    return this.#host.read(() =>
      this.#table.byIndex(index, page).map((stored) => ({ ...this.#toEntry(stored), value: stored.value })),
    );
  }

  count(): number {
    this.writeChanged();
    return this.#count;
  }

  /** Every row in key order, as JSON. Write all first. */
  stored(): Iterable<StoredRow> {
    return this.#table.all();
  }

  /** Freezes what has changed so far: that is what the next commit writes. Nothing may be frozen already. */
  freeze(): void {
    [this.#frozen, this.#dirty] = [this.#dirty, this.#frozen];
    this.#freezes++;
  }

  /** Gives up the freeze: frozen rows that are not written yet wait for the next one. */
  thaw(): void {
    for (const [key, held] of this.#frozen) this.#markDirty(key, held);
    this.#frozen = new Map();
  }

  /** Writes at most so many frozen rows, those that have waited longest first. Returns how many it wrote. */
  writeFrozen(rowsMax: number): number {
    return this.#writeSome(this.#frozen, rowsMax);
  }

  /** Writes at most so many rows that have changed since the last freeze, which must have ended. Returns how many it wrote. */
  writeSomeDirty(rowsMax: number): number {
    return this.#writeSome(this.#dirty, rowsMax);
  }

  /** Writes all that has changed, frozen or not. */
  writeDirty(): void {
    this.#writeSome(this.#frozen, Infinity);
    this.#writeSome(this.#dirty, Infinity);
  }

  /** The transaction was committed: what was written is in the file for good. */
  committed(): void {
    this.#written.clear();
    this.#committedCount = this.#count;
  }

  /** The transaction was rolled back: what was written since the last commit is not in the file. */
  takeBack(): void {
    for (const held of this.#dirty.values()) forgetFile(held);
    for (const rows of [this.#frozen, this.#written.kept()]) {
      for (const [key, held] of rows) this.#writeAgain(key, held);
    }
    for (const [key, row] of this.#written.packed()) {
      const held = this.#young.get(key) ?? this.#old.get(key) ?? this.#dirty.get(key);
      this.#writeAgain(key, held ?? { ...unknownRow<Row>(), row });
    }
    this.#frozen = new Map();
    this.#written.clear();
    this.#count = this.#committedCount;
  }

  /** The file was emptied. No row was held yet. */
  emptied(): void {
    this.#count = 0;
    this.#committedCount = 0;
  }

  #writeAgain(key: string, held: Held<Row>): void {
    forgetFile(held);
    if (held.dirtySince !== this.#freezes) this.#markDirty(key, held);
  }

  #writeSome(rows: Map<string, Held<Row>>, rowsMax: number): number {
    let count = 0;
    for (const [key, held] of rows) {
      if (count >= rowsMax) break;
      this.#writeOne(rows, key, held);
      count++;
    }
    return count;
  }

  #writeOne(rows: Map<string, Held<Row>>, key: string, held: Held<Row>): void {
    this.#write(key, held);
    held.dirtySince = 0;
    rows.delete(key);
    this.#written.set(key, held);
  }

  #isFrozen({ dirtySince }: Held<Row>): boolean {
    return dirtySince !== 0 && dirtySince !== this.#freezes;
  }

  /** If the disk is full all was taken back: then nothing is frozen any more, and nothing is lost. */
  #writeFrozenNow(key: string, held: Held<Row>): void {
    try {
      this.#host.write(() => this.#writeOne(this.#frozen, key, held));
    } catch (fault) {
      if (!(fault instanceof ReadModelFull)) throw fault;
    }
  }

  #change(key: string, row: Row | undefined): void {
    const held =
      this.#lastAt(key) ??
      this.#note(key, this.#young.get(key) ?? this.#findAside(key) ?? this.#keep(key, unknownRow()));
    if (this.#isFrozen(held)) this.#writeFrozenNow(key, held);
    held.row = row;
    if (held.dirtySince === 0) this.#markDirty(key, held);
  }

  #write(key: string, held: Held<Row>): void {
    if (held.row === undefined) {
      if (held.isInFile !== false && this.#table.delete(key)) this.#count--;
      held.isInFile = false;
      return;
    }
    const text = JSON.stringify(held.row);
    const indexValues = this.#indexValuesOf(held.row, key);
    if (held.isInFile === false || !this.#update(key, text, indexValues, held.fileIndexValues)) {
      this.#table.insert(key, text, indexValues);
      this.#count++;
    }
    held.isInFile = true;
    held.fileIndexValues = indexValues;
  }

  #update(
    key: string,
    text: string,
    values: readonly IndexValue[],
    before: readonly IndexValue[] | undefined,
  ): boolean {
    const areSame = before !== undefined && values.every((value, index) => value === before[index]);
    return areSame ? this.#table.update(key, text) : this.#table.update(key, text, values);
  }

  #indexValuesOf(row: Row, key: string): readonly IndexValue[] {
    return this.#indexOf.length === 0 ? NO_VALUES : this.#indexOf.map((valueOf) => valueOf(row, key));
  }

  /** It is still young, for no other row was asked for since. */
  #lastAt(key: string): Held<Row> | undefined {
    return key === this.#lastKey ? this.#last : undefined;
  }

  #note(key: string, held: Held<Row>): Held<Row> {
    this.#lastKey = key;
    this.#last = held;
    return held;
  }

  /** The row of a key that is not young: from another map, or from the file. */
  #hold(key: string): Held<Row> {
    return this.#findAside(key) ?? this.#keep(key, this.#load(key));
  }

  /** A row that is held but not young. It becomes young. */
  #findAside(key: string): Held<Row> | undefined {
    const held =
      this.#old.get(key) ?? this.#dirty.get(key) ?? this.#frozen.get(key) ?? this.#written.get(key);
    return held && this.#keep(key, held);
  }

  #load(key: string): Held<Row> {
    const text = this.#host.read(() => this.#table.find(key));
    if (text === undefined) {
      return { row: undefined, dirtySince: 0, isInFile: false, fileIndexValues: undefined };
    }
    const row = JSON.parse(text) as Row;
    return { row, dirtySince: 0, isInFile: true, fileIndexValues: this.#indexValuesOf(row, key) };
  }

  #keep(key: string, held: Held<Row>): Held<Row> {
    if (this.#young.size >= this.#youngMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, held);
    return held;
  }

  #markDirty(key: string, held: Held<Row>): void {
    held.dirtySince = this.#freezes;
    this.#dirty.set(key, held);
  }

  /** The row in memory if there is one, so that a caller who changes it and one who calls `get` have the same object. */
  #toEntry({ key, text }: StoredRow): ShelfEntry<Row> {
    const held = this.#young.get(key) ?? this.#old.get(key) ?? this.#written.get(key);
    return { key, row: held?.row ?? (JSON.parse(text) as Row) };
  }
}

const NO_VALUES: readonly IndexValue[] = [];

import {
  type IndexPage,
  ReadModelFull,
  type Shelf,
  type ShelfDefinition,
  type ShelfEntry,
} from '../src/index.ts';
import { forgetFile, type Held, unknownRow } from './held-row.ts';
import type { IndexValue, ShelfTable, StoredRow } from './shelf-table.ts';

const HOT_ROWS_MAX = 50_000;

/** What a shelf needs of the file it is in. */
interface ShelfHost {
  /** Gives up what is frozen, or ends it with a commit, for rows changed since are about to be written. */
  endFreeze(): void;
  /** Runs what writes, in the open transaction; when that fails as a whole, `takeBack` is called on every shelf. */
  write(work: () => void): void;
  /** Runs what reads. */
  read<Answer>(work: () => Answer): Answer;
}

/**
 * Rows in memory over rows in the file. Every row held is in `young` or `old` (the two generations of the hot
 * rows), or in `dirty` or `frozen` (not yet written) or `written` (written, but not committed): these three are
 * never dropped, so a transaction that fails as a whole loses nothing.
 *
 * What is frozen reaches the file as it was at that moment, though it is written slice by slice while the log
 * goes on: whoever asks for such a row may change it, so it is written before he gets it. A row that changes
 * all the time is written once a commit.
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
  #written = new Map<string, Held<Row>>();
  /** What was asked for last: who gets a row asks for it again, and puts it. */
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

  /** Rows in the file, with those written since the last commit. */
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

  /** What has changed so far is what the next commit writes. Nothing may be frozen before. */
  freeze(): void {
    [this.#frozen, this.#dirty] = [this.#dirty, this.#frozen];
    this.#freezes++;
  }

  /** What is frozen and not written yet waits for the next freeze. */
  thaw(): void {
    for (const [key, held] of this.#frozen) this.#markDirty(key, held);
    this.#frozen = new Map();
  }

  /** Writes at most so many of the frozen rows, those that wait longest first. How many it wrote. */
  writeFrozen(rowsMax: number): number {
    return this.#writeSome(this.#frozen, rowsMax);
  }

  /** Writes all that has changed, frozen or not. */
  writeDirty(): void {
    this.#writeSome(this.#frozen, Infinity);
    this.#writeSome(this.#dirty, Infinity);
  }

  /** What was written is now in the file for good. */
  committed(): void {
    this.#written = new Map();
    this.#committedCount = this.#count;
  }

  /** What was written since the last commit is not in the file after all. */
  takeBack(): void {
    for (const held of this.#dirty.values()) forgetFile(held);
    for (const rows of [this.#frozen, this.#written]) {
      for (const [key, held] of rows) {
        forgetFile(held);
        if (held.dirtySince !== this.#freezes) this.#markDirty(key, held);
      }
    }
    this.#frozen = new Map();
    this.#written = new Map();
    this.#count = this.#committedCount;
  }

  /** The file was emptied, before any row of it was held. */
  emptied(): void {
    this.#count = 0;
    this.#committedCount = 0;
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

  /** With no room on the disk all of it was taken back: then nothing is frozen any more, and nothing is lost. */
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

  /** It is young since then: nothing was asked for between. */
  #lastAt(key: string): Held<Row> | undefined {
    return key === this.#lastKey ? this.#last : undefined;
  }

  #note(key: string, held: Held<Row>): Held<Row> {
    this.#lastKey = key;
    this.#last = held;
    return held;
  }

  /** The row of a key that is not young: from beside, or from the file. */
  #hold(key: string): Held<Row> {
    return this.#findAside(key) ?? this.#keep(key, this.#load(key));
  }

  /** A row that is held, but not young; it is young from now on. */
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

  /** The live row where there is one: whoever changes it must find the same one by `get`. */
  #toEntry({ key, text }: StoredRow): ShelfEntry<Row> {
    const held = this.#young.get(key) ?? this.#old.get(key) ?? this.#written.get(key);
    return { key, row: held?.row ?? (JSON.parse(text) as Row) };
  }
}

const NO_VALUES: readonly IndexValue[] = [];

import { setImmediate as nextTurn } from 'node:timers/promises';
import { assert } from '#kernel';
import {
  ReadModel,
  ReadModelFailed,
  ReadModelFull,
  type Shelf,
  type ShelfDefinition,
  type StoredHash,
} from '../src/index.ts';
import { RowsCheckpointer, type WalLimits } from './rows-checkpointer.ts';
import { discard, IN_MEMORY, RowsFile } from './rows-file.ts';
import { RowsHash } from './rows-hash.ts';
import { RowsSnapshot } from './rows-snapshot.ts';
import { ShelfTable } from './shelf-table.ts';
import { errorCodeOf, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_NOTADB } from './sqlite-error.ts';
import { SqliteShelf } from './sqlite-shelf.ts';

export { IN_MEMORY } from './rows-file.ts';

/** How changed rows are written to the file while the log goes on. */
interface Pace {
  /** Time from one commit to the beginning of the next: the file is behind the shelves by this, and a little more. */
  readonly commitEveryMs: number;
  /** With so many changed rows the next commit begins at once. */
  readonly dirtyRowsMax: number;
  /** Rows that one `spill` writes; more if more are changing. */
  readonly spillRows: number;
}

/**
 * A spill takes well below a millisecond. A row that changes all the time is written every ten seconds: every three seconds
 * took a seventh of all work. After a crash the log brings what is missing in less than half of that time.
 */
const PACE: Pace = { commitEveryMs: 10_000, dirtyRowsMax: 50_000, spillRows: 64 };
/** A spill writes one more row for each so many that have changed. */
const DIRTY_ROWS_PER_SPILLED_ROW = 32;
/** How many freezes in a row may be given up for queries that need later changes. */
const FREEZES_GIVEN_UP_MAX = 3;
/** With more changed rows than this a commit does not wait until the write-ahead log can be restarted. */
const WAITING_ROWS_MAX = 100_000;
/** Rows that are written in one turn at rest and for lists that are about to be read, or left to the list itself: 10 to 20 ms. */
const ROWS_A_TURN = 2_000;
/** While a log is caught up with, rows may change faster than this writes them. */
const LIST_TURNS_MAX = 100;
/** Rows hashed in one turn: a millisecond or two. */
const HASH_ROWS_A_TURN = 200;

interface SqliteReadModelOptions {
  /** A file that is damaged, not ours, or of another layout is made anew: then `openedAt` is 0. */
  readonly file: string;
  readonly pace?: Pace;
  /** Default: tens to hundreds of MB. */
  readonly walLimits?: WalLimits;
  /** Called once, with ReadModelFailed, if nothing can be read or written any more: then end the process. */
  readonly onFatal?: (cause: unknown) => void;
}

/** A shelf of any kind of rows, as the model uses it. */
interface DeclaredShelf {
  readonly name: string;
  readonly signature: string;
  readonly isHashed: boolean;
  readonly shelf: Pick<
    SqliteShelf<object>,
    | 'count'
    | 'dirtyRows'
    | 'frozenRows'
    | 'storedCount'
    | 'stored'
    | 'freeze'
    | 'thaw'
    | 'writeFrozen'
    | 'writeSomeDirty'
    | 'writeDirty'
    | 'committed'
    | 'takeBack'
    | 'emptied'
  >;
}

/** A read model in one SQLite file, or in memory (`IN_MEMORY`) for replays and tests. Synchronous, on the caller's thread. */
export class SqliteReadModel extends ReadModel {
  readonly #name: string;
  readonly #pace: Pace;
  readonly #onFatal: (cause: unknown) => void;
  readonly #file: RowsFile;
  readonly #shelves: DeclaredShelf[] = [];
  readonly #checkpointer: RowsCheckpointer | undefined;
  #openedAt: number;
  #isInUse = false;
  /** The log position of the frozen rows. */
  #frozenAt: number | undefined;
  #freezesGivenUp = 0;
  #committedAtMs = performance.now();
  #failure: ReadModelFailed | undefined;
  #preparing: Promise<void> | undefined;

  private constructor(options: SqliteReadModelOptions) {
    super();
    const { file: name, pace = PACE, onFatal = () => undefined } = options;
    this.#name = name;
    this.#pace = pace;
    this.#onFatal = onFatal;
    this.#file = RowsFile.open(name);
    this.#openedAt = this.#file.position;
    if (name === IN_MEMORY) return;
    const onFailed = (cause: unknown): void => {
      // A failed checkpoint may have left the file half written, and later that could not be told.
      discard(name);
      this.#failed(cause);
    };
    this.#checkpointer = new RowsCheckpointer(name, this.#file.database, onFailed, options.walLimits);
  }

  static open(options: SqliteReadModelOptions): SqliteReadModel {
    return new SqliteReadModel(options);
  }

  override get openedAt(): number {
    return this.#openedAt;
  }

  /** Changed rows that are not written yet, without those of the commit that is under way. */
  get changedRows(): number {
    return this.#sum('dirtyRows');
  }

  shelf<Row extends object>(definition: ShelfDefinition<Row>): Shelf<Row> {
    const { name, hashed: isHashed = true } = definition;
    assert(!this.#isInUse, `shelf ${name} to be declared before the first row is touched`);
    assert(
      this.#shelves.every((other) => other.name !== name),
      `one shelf ${name}`,
    );
    const indexes = Object.keys(definition.indexes ?? {});
    const signature = JSON.stringify([definition.version, indexes]);
    const stored = this.#file.shelf(name);
    if (stored?.signature !== signature && this.#file.position > 0) this.#empty();

    const { tableName, count } = this.#file.makeShelf(name, signature);
    const table = new ShelfTable(this.#file.database, tableName, indexes);
    const shelf = new SqliteShelf<Row>(this, table, definition, count);
    this.#shelves.push({ name, signature, isHashed, shelf });
    return shelf;
  }

  spill(position: number): void {
    const dirtyRows = this.changedRows;
    if (this.#checkpointer?.isWaiting && dirtyRows < WAITING_ROWS_MAX) return;
    if (this.#frozenAt === undefined) this.#freezeWhenDue(position, dirtyRows);
    if (this.#frozenAt === undefined) return;
    this.#writeFrozen(
      this.#frozenAt,
      Math.max(this.#pace.spillRows, Math.ceil(dirtyRows / DIRTY_ROWS_PER_SPILLED_ROW)),
    );
  }

  async rest(position: number): Promise<void> {
    const isWritten = this.changedRows === 0 && position === this.#file.position;
    if (isWritten || this.#checkpointer?.isWaiting === true) return;
    if (this.#frozenAt === undefined) this.#freezeWhenDue(position, this.changedRows);
    while (this.#frozenAt !== undefined) {
      this.#writeFrozen(this.#frozenAt, ROWS_A_TURN);
      await nextTurn();
    }
  }

  /** However many ask at once, one slice is written in each turn. */
  prepareLists(): Promise<void> {
    this.#preparing ??= this.#writeInSlices().finally(() => (this.#preparing = undefined));
    return this.#preparing;
  }

  commit(position: number): void {
    this.write(() => {
      for (const { shelf } of this.#shelves) shelf.writeDirty();
    });
    this.#commitAt(position);
  }

  endFreeze(): void {
    if (this.#frozenAt === undefined) return;
    if (this.#freezesGivenUp < FREEZES_GIVEN_UP_MAX) {
      this.#freezesGivenUp++;
      this.#frozenAt = undefined;
      for (const { shelf } of this.#shelves) shelf.thaw();
    } else this.#writeFrozen(this.#frozenAt, Infinity);
  }

  async #writeInSlices(): Promise<void> {
    for (let turns = 0; turns < LIST_TURNS_MAX; turns++) {
      if (this.changedRows + this.#sum('frozenRows') <= ROWS_A_TURN) return;
      this.#writeSlice();
      await nextTurn();
    }
  }

  /** Later changes must not be written before a freeze has ended, so what is frozen goes first. */
  #writeSlice(): void {
    if (this.#frozenAt !== undefined) return this.#writeFrozen(this.#frozenAt, ROWS_A_TURN);
    this.#writeSome(ROWS_A_TURN, (shelf, rowsMax) => shelf.writeSomeDirty(rowsMax));
  }

  /** Commits, as of the freeze, once nothing frozen is left. */
  #writeFrozen(position: number, rowsMax: number): void {
    this.#writeSome(rowsMax, (shelf, max) => shelf.writeFrozen(max));
    if (this.#sum('frozenRows') === 0) this.#commitAt(position);
  }

  #writeSome(rowsMax: number, writeIn: (shelf: DeclaredShelf['shelf'], rowsMax: number) => number): void {
    let rowsLeft = rowsMax;
    this.write(() => {
      for (const { shelf } of this.#shelves) if (rowsLeft > 0) rowsLeft -= writeIn(shelf, rowsLeft);
    });
  }

  hash(): string {
    const hash = new RowsHash();
    for (const { name, shelf } of this.#hashedShelves()) {
      shelf.count(); // Writes what has changed.
      hash.beginShelf(name);
      this.read(() => {
        for (const row of shelf.stored()) hash.addRow(row);
      });
    }
    return hash.digest();
  }

  hashStored(): StoredHash {
    this.#use();
    if (this.#name === IN_MEMORY)
      return { position: this.#file.position, hash: Promise.resolve(this.hash()) };
    const snapshot = new RowsSnapshot(this.#name);
    const hash = this.#hashOf(snapshot);
    hash.catch(() => undefined);
    return { position: snapshot.position, hash };
  }

  async #hashOf(snapshot: RowsSnapshot): Promise<string> {
    const names = this.#hashedShelves().map(({ name }) => name);
    const tableNames = new Map(names.map((name) => [name, this.#file.shelf(name)!.tableName]));
    const hash = new RowsHash();
    this.#checkpointer?.readingBegan();
    try {
      for (const [name, tableName] of tableNames) {
        hash.beginShelf(name);
        const pages = snapshot.pages(tableName, HASH_ROWS_A_TURN);
        for (
          let page = this.read(() => pages.next());
          page.done !== true;
          page = this.read(() => pages.next())
        ) {
          for (const row of page.value) hash.addRow(row);
          await nextTurn();
        }
      }
      return hash.digest();
    } finally {
      snapshot.close();
      this.#checkpointer?.readingEnded();
    }
  }

  /** Forgets what was not committed: the log brings it again. */
  close(): void {
    this.#failure ??= new ReadModelFailed(`${this.#name} is closed.`);
    this.#checkpointer?.close();
    this.#file.database.close();
  }

  /** Runs a function that reads rows of the file. */
  read<Answer>(work: () => Answer): Answer {
    this.#use();
    try {
      return work();
    } catch (cause) {
      throw this.#fail(cause);
    }
  }

  /** Runs a function that writes rows, in the transaction that the next commit ends. */
  write(work: () => void): void {
    this.#use();
    const { database } = this.#file;
    try {
      if (!database.isTransaction) database.exec('BEGIN IMMEDIATE');
      work();
    } catch (cause) {
      if (errorCodeOf(cause) !== SQLITE_FULL) throw this.#fail(cause);
      this.#takeBack();
      throw new ReadModelFull(`The disk is full: ${this.#name} cannot be written. Free some space.`, {
        cause,
      });
    }
  }

  /** Undoes the open transaction, whether SQLite has already rolled it back or not. */
  #takeBack(): void {
    const { database } = this.#file;
    try {
      if (database.isTransaction) database.exec('ROLLBACK');
    } catch (cause) {
      throw this.#fail(cause);
    }
    this.#frozenAt = undefined;
    for (const { shelf } of this.#shelves) shelf.takeBack();
  }

  #freezeWhenDue(position: number, dirtyRows: number): void {
    const sinceMs = performance.now() - this.#committedAtMs;
    const isDue = this.#checkpointer?.isOverdue === true || sinceMs >= this.#pace.commitEveryMs;
    if (!isDue && dirtyRows < this.#pace.dirtyRowsMax) return;
    for (const { shelf } of this.#shelves) shelf.freeze();
    this.#frozenAt = position;
  }

  /** Commits what was written, as of this position. */
  #commitAt(position: number): void {
    this.write(() => {
      for (const { name, signature, shelf } of this.#shelves) {
        this.#file.saveShelf(name, signature, shelf.storedCount);
      }
      this.#file.position = position;
      this.#file.database.exec('COMMIT');
    });
    this.#frozenAt = undefined;
    this.#freezesGivenUp = 0;
    this.#committedAtMs = performance.now();
    for (const { shelf } of this.#shelves) shelf.committed();
    this.read(() => this.#checkpointer?.committed());
  }

  #sum(rows: 'dirtyRows' | 'frozenRows'): number {
    let sum = 0;
    for (const { shelf } of this.#shelves) sum += shelf[rows];
    return sum;
  }

  #hashedShelves(): DeclaredShelf[] {
    return this.#shelves
      .filter(({ isHashed }) => isHashed)
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  }

  /** From the first row on no shelf may be declared. Shelves in the file that nobody declared are removed: they are stale. */
  #use(): void {
    if (this.#failure) throw this.#failure;
    if (this.#isInUse) return;
    this.#isInUse = true;
    this.#file.dropShelvesBut(this.#shelves.map(({ name }) => name));
  }

  #empty(): void {
    assert(!this.#isInUse, 'an unused file');
    this.#file.empty();
    this.#openedAt = 0;
    for (const { shelf } of this.#shelves) shelf.emptied();
  }

  #fail(cause: unknown): Error {
    const code = errorCodeOf(cause);
    if (code === undefined) return cause as Error; // Not an error of SQLite: a bug of ours.
    const isDamaged = code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
    if (isDamaged && this.#name !== IN_MEMORY) discard(this.#name); // The next process makes it anew.
    return this.#failed(cause);
  }

  /** Later calls throw the first failure, however many follow. */
  #failed(cause: unknown): ReadModelFailed {
    if (this.#failure === undefined) {
      this.#failure = new ReadModelFailed(`${this.#name} cannot be used any more.`, { cause });
      this.#onFatal(this.#failure);
    }
    return this.#failure;
  }
}

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

/** How what has changed comes to the file while the log goes on. */
interface Pace {
  /** From one commit to the beginning of the next: the file is this far behind the shelves, and a little more. */
  readonly commitEveryMs: number;
  /** Changed rows that do not wait for that time. */
  readonly dirtyRowsMax: number;
  /** Rows that one `spill` writes; more where more change meanwhile. */
  readonly spillRows: number;
}

/**
 * A spill well below a millisecond. A row that changes all the time is written once in ten seconds, for that was
 * a seventh of all work at three; after a crash the log brings what is missing in less than half of the time.
 */
const PACE: Pace = { commitEveryMs: 10_000, dirtyRowsMax: 50_000, spillRows: 64 };
/** A spill writes one row more for each this many that have changed. */
const DIRTY_ROWS_PER_SPILLED_ROW = 32;
/** Freezes that may be given up, one after the other, for a query that needs what has changed since. */
const FREEZES_GIVEN_UP_MAX = 3;
/** Rows above which nothing waits for the write-ahead log to begin anew. */
const WAITING_ROWS_MAX = 100_000;
/** Rows hashed in one turn: a millisecond or two. */
const HASH_ROWS_A_TURN = 200;

interface SqliteReadModelOptions {
  /** A file that is damaged, of another layout or not ours is made anew: `openedAt` is then 0. */
  readonly file: string;
  readonly pace?: Pace;
  /** Default: tens to hundreds of MB. */
  readonly walLimits?: WalLimits;
  /** Called once, with ReadModelFailed, where nothing can be read or written any more: end the process. */
  readonly onFatal?: (cause: unknown) => void;
}

/** A shelf, of whatever rows, as the model sees it. */
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
    | 'writeDirty'
    | 'committed'
    | 'takeBack'
    | 'emptied'
  >;
}

/** Read models in one SQLite file, or in none: `IN_MEMORY` is for replays and tests. One thread, no waiting. */
export class SqliteReadModel extends ReadModel {
  readonly #name: string;
  readonly #pace: Pace;
  readonly #onFatal: (cause: unknown) => void;
  readonly #file: RowsFile;
  readonly #shelves: DeclaredShelf[] = [];
  readonly #checkpointer: RowsCheckpointer | undefined;
  #openedAt: number;
  #isInUse = false;
  /** The log position that the frozen rows stand for. */
  #frozenAt: number | undefined;
  #freezesGivenUp = 0;
  #committedAtMs = performance.now();
  #failure: ReadModelFailed | undefined;

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
      // What could not be carried over may be half in the file, and nobody could tell later.
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

  /** Rows that have changed and are not written yet, but for those of the commit that is under way. */
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
    let rowsLeft = Math.max(this.#pace.spillRows, Math.ceil(dirtyRows / DIRTY_ROWS_PER_SPILLED_ROW));
    this.write(() => {
      for (const { shelf } of this.#shelves) if (rowsLeft > 0) rowsLeft -= shelf.writeFrozen(rowsLeft);
    });
    if (this.#sum('frozenRows') === 0) this.#commitAt(this.#frozenAt);
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
    } else this.#finishFreeze(this.#frozenAt);
  }

  #finishFreeze(position: number): void {
    this.write(() => {
      for (const { shelf } of this.#shelves) shelf.writeFrozen(Infinity);
    });
    this.#commitAt(position);
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

  /** What was not committed is forgotten: the log brings it again. */
  close(): void {
    this.#failure ??= new ReadModelFailed(`${this.#name} is closed.`);
    this.#checkpointer?.close();
    this.#file.database.close();
  }

  /** Runs what reads rows of the file. */
  read<Answer>(work: () => Answer): Answer {
    this.#use();
    try {
      return work();
    } catch (cause) {
      throw this.#fail(cause);
    }
  }

  /** Runs what writes rows, in the transaction that the next commit ends. */
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

  /** As if the open transaction had never begun, whether SQLite kept it or not. */
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

  /** All that was written is of this position. */
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

  /** After the first row no shelf may be declared any more; shelves of the file that nobody declared would only grow stale. */
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
    if (code === undefined) return cause as Error; // Not of SQLite: a bug of ours.
    const isDamaged = code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
    if (isDamaged && this.#name !== IN_MEMORY) discard(this.#name); // The next process makes it anew.
    return this.#failed(cause);
  }

  /** Whoever is served meanwhile hears of the first failure, however many follow. */
  #failed(cause: unknown): ReadModelFailed {
    if (this.#failure === undefined) {
      this.#failure = new ReadModelFailed(`${this.#name} cannot be used any more.`, { cause });
      this.#onFatal(this.#failure);
    }
    return this.#failure;
  }
}

import { createHash } from 'node:crypto';
import { assert } from '#kernel';
import { ReadModel, ReadModelFailed, ReadModelFull, type Shelf, type ShelfDefinition } from '../src/index.ts';
import { toCanonicalJson } from './canonical-json.ts';
import { RowsCheckpointer } from './rows-checkpointer.ts';
import { discard, IN_MEMORY, RowsFile } from './rows-file.ts';
import { ShelfTable } from './shelf-table.ts';
import { SqliteShelf } from './sqlite-shelf.ts';

export { IN_MEMORY } from './rows-file.ts';

/** Rows that one `spill` writes: about two milliseconds. More if half of those that are too many is more. */
const SPILL_ROWS = 500;
/** Changed rows that may wait for the commit: the hottest rows are then written once, not at each spill. */
const DIRTY_ROWS_KEPT_MAX = 500;
/** Rows above those that may wait for the write-ahead log to begin anew. */
const WAITING_ROWS_MAX = 2_000;
/** Text given to the hash at once. */
const HASH_CHUNK_LENGTH = 64 * 1024;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** A shelf, of whatever rows, as the model sees it. */
interface DeclaredShelf {
  readonly name: string;
  readonly signature: string;
  readonly isHashed: boolean;
  readonly shelf: Pick<
    SqliteShelf<object>,
    'count' | 'dirtyRows' | 'storedCount' | 'stored' | 'writeDirty' | 'committed' | 'takeBack' | 'emptied'
  >;
}

/** Read models in one SQLite file, or in none: `IN_MEMORY` is for replays and tests. One thread, no waiting. */
export class SqliteReadModel extends ReadModel {
  readonly #name: string;
  readonly #file: RowsFile;
  readonly #shelves: DeclaredShelf[] = [];
  readonly #checkpointer: RowsCheckpointer | undefined;
  #openedAt: number;
  #isInUse = false;
  #failure: ReadModelFailed | undefined;

  private constructor(name: string) {
    super();
    this.#name = name;
    this.#file = RowsFile.open(name);
    this.#openedAt = this.#file.position;
    if (name === IN_MEMORY) return;
    this.#checkpointer = new RowsCheckpointer(name, this.#file.database, (cause) => {
      // What could not be carried over may be half in the file, and nobody could tell later.
      discard(name);
      this.#failure = new ReadModelFailed(`${name} cannot be used any more.`, { cause });
    });
  }

  /** A file that is damaged, of another layout or not ours is made anew: `openedAt` is then 0. */
  static open({ file }: { file: string }): SqliteReadModel {
    return new SqliteReadModel(file);
  }

  override get openedAt(): number {
    return this.#openedAt;
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

  spill(): void {
    const rowsTooMany = this.#dirtyRows() - DIRTY_ROWS_KEPT_MAX;
    if (rowsTooMany <= 0) return;
    if (this.#checkpointer?.isWaiting && rowsTooMany < WAITING_ROWS_MAX) return;
    let rowsLeft = Math.max(Math.min(SPILL_ROWS, rowsTooMany), Math.ceil(rowsTooMany / 2));
    this.write(() => {
      for (const { shelf } of this.#shelves) {
        if (rowsLeft > 0) rowsLeft -= shelf.writeDirty(rowsLeft);
      }
    });
  }

  commit(position: number): void {
    this.write(() => {
      for (const { name, signature, shelf } of this.#shelves) {
        shelf.writeDirty(Infinity);
        this.#file.saveShelf(name, signature, shelf.storedCount);
      }
      this.#file.position = position;
      this.#file.database.exec('COMMIT');
    });
    for (const { shelf } of this.#shelves) shelf.committed();
    this.read(() => this.#checkpointer?.committed());
  }

  hash(): string {
    const hash = createHash('sha256');
    let chunk = '';
    for (const { name, shelf } of this.#hashedShelves()) {
      shelf.count(); // Writes what has changed.
      chunk += `${JSON.stringify(name)}\n`;
      for (const { key, text } of this.read(() => shelf.stored())) {
        chunk += `${JSON.stringify(key)}:${toCanonicalJson(text)}\n`;
        if (chunk.length < HASH_CHUNK_LENGTH) continue;
        hash.update(chunk);
        chunk = '';
      }
    }
    return hash.update(chunk).digest('hex');
  }

  /** What was not committed is forgotten: the log brings it again. */
  close(): void {
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
      throw new ReadModelFull(`No room left on the disk for ${this.#name}.`, { cause });
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
    for (const { shelf } of this.#shelves) shelf.takeBack();
  }

  #dirtyRows(): number {
    let rows = 0;
    for (const { shelf } of this.#shelves) rows += shelf.dirtyRows;
    return rows;
  }

  #hashedShelves(): DeclaredShelf[] {
    return this.#shelves
      .filter(({ isHashed }) => isHashed)
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  }

  /** From the first row on no shelf can come any more; those of the file that nobody declared would only age. */
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
    this.#failure = new ReadModelFailed(`${this.#name} cannot be used any more.`, { cause });
    return this.#failure;
  }
}

/** SQLite's primary result code; undefined if the error is not one of SQLite. */
function errorCodeOf(cause: unknown): number | undefined {
  const { errcode } = cause as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

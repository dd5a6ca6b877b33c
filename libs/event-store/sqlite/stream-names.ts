import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Names in the small tree. With more, that tree itself would become costly to write. */
const FRESH_NAMES_MAX = 8_192;
/** Names moved to the big tree at once: about a millisecond. */
const SLICE_NAMES = 512;

/** SQL: the stream with the name in the first parameter. */
export const FIND_STREAM = `
  SELECT stream FROM stream_names_fresh WHERE name = ?1
  UNION ALL SELECT stream FROM stream_names_settled WHERE name = ?1 LIMIT 1`;

/**
 * Finds streams by name. An index of two trees, because new names come in no order: they go into a small tree, and from
 * there into the big one in slices of neighbours, which share the pages that have to be written.
 */
export class StreamNames {
  readonly #find: StatementSync;
  readonly #findSettled: StatementSync;
  readonly #insertNew: StatementSync;
  readonly #countFresh: StatementSync;
  readonly #sliceBegin: StatementSync;
  readonly #sliceEnd: StatementSync;
  readonly #settleSlice: StatementSync;
  readonly #dropSlice: StatementSync;
  #freshNames = 0;
  /** The name after which the next slice begins. After the last name it starts over. */
  #settledTo = '';

  constructor(database: DatabaseSync) {
    const slice = 'WHERE name >= ? AND name <= ?';
    this.#find = database.prepare(FIND_STREAM);
    this.#findSettled = database.prepare('SELECT stream FROM stream_names_settled WHERE name = ?');
    this.#insertNew = database.prepare(
      'INSERT INTO stream_names_fresh (name, stream) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#countFresh = database.prepare('SELECT count(*) AS names FROM stream_names_fresh');
    this.#sliceBegin = database.prepare('SELECT min(name) AS name FROM stream_names_fresh WHERE name > ?');
    this.#sliceEnd = database.prepare(`
      SELECT max(name) AS name FROM (
        SELECT name FROM stream_names_fresh WHERE name >= ? ORDER BY name LIMIT ${SLICE_NAMES}
      )`);
    this.#settleSlice = database.prepare(
      `INSERT INTO stream_names_settled (name, stream) SELECT name, stream FROM stream_names_fresh ${slice} ORDER BY name`,
    );
    this.#dropSlice = database.prepare(`DELETE FROM stream_names_fresh ${slice}`);
  }

  find(name: string): number | undefined {
    const row = this.#find.get(name);
    return row && Number(row['stream']);
  }

  /** Gives the stream this name. Returns false if another one has it. */
  addNew(name: string, stream: number): boolean {
    if (this.#findSettled.get(name) !== undefined) return false;
    if (this.#insertNew.run(name, stream).changes === 0) return false;
    this.#freshNames++;
    return true;
  }

  /** Moves names to the big tree, if there are enough. Call it inside a write transaction. */
  settleSome(): void {
    while (this.#freshNames >= FRESH_NAMES_MAX + SLICE_NAMES) {
      const begin = this.#sliceBegin.get(this.#settledTo)?.['name'] as string | null;
      this.#settledTo = begin === null ? '' : this.#settle(begin);
    }
  }

  /** Call it after opening, and after a rollback. */
  recall(): void {
    this.#freshNames = Number(this.#countFresh.get()?.['names']);
  }

  /** Moves one slice. Returns its last name. */
  #settle(begin: string): string {
    const end = this.#sliceEnd.get(begin)?.['name'] as string;
    this.#settleSlice.run(begin, end);
    this.#freshNames -= Number(this.#dropSlice.run(begin, end).changes);
    return end;
  }
}

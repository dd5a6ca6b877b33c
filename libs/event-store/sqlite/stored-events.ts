import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { RecordedEvent } from '../src/index.ts';
import { checksumOf, seedOf, sumOfIdDigits, sumOfName } from './event-checksum.ts';
import { isTooLarge } from './sqlite-error.ts';
import { DataFileUnusable, TAKE_A_BACKUP } from './sqlite-event-store.faults.ts';

/**
 * Selected after the position, and before the stream's name if that is not known. The id is selected as text: a buffer for
 * each would cost more than all the rest of a row.
 */
export const EVENT_COLUMNS = 'e.revision, e.type, e.recorded_at, lower(hex(e.id)), e.data, e.checksum';

const ID_DIGITS = 32;

/** SQL: true if the number is one that JavaScript can represent. */
export const isSafe = (column: string): string =>
  `${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;

/** A name, and what it contributes to the checksum of each event that has it. */
interface Named {
  readonly name: string;
  readonly sum: number;
}

/** Makes events of rows. Throws DataFileUnusable for one that is not as it was written. */
export class StoredEvents {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #types = new Map<SQLOutputValue, Named>();
  #lastStream: Named = { name: '', sum: sumOfName('') };

  constructor(file: string, database: DatabaseSync) {
    this.#file = file;
    this.#database = database;
  }

  /** If the stream is known its name is not selected with each of its events. */
  read(
    statement: StatementSync,
    parameters: readonly SQLInputValue[],
    knownStream?: string,
  ): RecordedEvent[] {
    return this.#rowsOf(statement, parameters).map((row) => this.#toEvent(row, knownStream));
  }

  damaged(which: string, cause?: unknown): DataFileUnusable {
    return new DataFileUnusable(this.#file, `${which} is damaged: ${TAKE_A_BACKUP}`, { cause });
  }

  /** The statements return arrays, contrary to the driver's types. */
  #rowsOf(statement: StatementSync, parameters: readonly SQLInputValue[]): readonly SQLOutputValue[][] {
    try {
      return statement.all(...parameters) as unknown as SQLOutputValue[][];
    } catch (cause) {
      if (!isTooLarge(cause)) throw cause;
      throw this.damaged(`the event at position ${this.#firstTooLarge()}`, cause);
    }
  }

  #toEvent(row: readonly SQLOutputValue[], knownStream: string | undefined): RecordedEvent {
    const [position, revision, typeId, recordedAt, id, text, checksum, streamName = knownStream] = row;
    const type = this.#types.get(typeId!) ?? this.#learnType(typeId!);
    const isTyped =
      typeof revision === 'number' &&
      typeof recordedAt === 'number' &&
      typeof id === 'string' &&
      id.length === ID_DIGITS &&
      typeof text === 'string' &&
      typeof streamName === 'string';
    if (!isTyped || type === undefined) throw this.#damagedAt(position);
    if (checksum !== null) {
      const seed = seedOf(this.#sumOfStream(streamName), type.sum, sumOfIdDigits(id), recordedAt);
      if (checksum !== checksumOf(seed, position as number, revision, text)) throw this.#damagedAt(position);
    }
    return {
      id: withDashes(id),
      stream: streamName,
      revision,
      position: position as number,
      type: type.name,
      data: this.#dataOf(text, position),
      recordedAt,
    };
  }

  #dataOf(text: string, position: SQLOutputValue | undefined): object {
    try {
      return JSON.parse(text) as object;
    } catch (cause) {
      throw this.#damagedAt(position, cause);
    }
  }

  #damagedAt(position: SQLOutputValue | undefined, cause?: unknown): DataFileUnusable {
    return this.damaged(`the event at position ${Number(position)}`, cause);
  }

  /** Remembers the last one, for events of a stream often come together. */
  #sumOfStream(name: string): number {
    if (name !== this.#lastStream.name) this.#lastStream = { name, sum: sumOfName(name) };
    return this.#lastStream.sum;
  }

  #learnType(id: SQLOutputValue): Named | undefined {
    const rows = this.#database.prepare('SELECT id, name FROM types WHERE typeof(name) = ?').all('text');
    for (const row of rows) {
      const name = row['name'] as string;
      this.#types.set(row['id']!, { name, sum: sumOfName(name) });
    }
    return this.#types.get(id);
  }

  /** Finds the row with a number that is too large: the driver's error does not say which. */
  #firstTooLarge(): string {
    const row = this.#database
      .prepare(
        `SELECT CAST(position AS TEXT) AS position FROM events
        WHERE NOT (${['revision', 'type', 'recorded_at', 'coalesce(checksum, 0)'].map(isSafe).join(' AND ')})
        ORDER BY events.position LIMIT 1`,
      )
      .get();
    return String(row?.['position']);
  }
}

/** A UUID from its 32 digits. */
const withDashes = (digits: string): string =>
  `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;

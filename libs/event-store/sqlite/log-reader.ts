import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { type LogPage, type LogQuery, type RecordedEvent } from '../src/index.ts';
import { openReader } from './connection.ts';
import { DataFileUnusable } from './sqlite-event-store.faults.ts';
import { FIND_STREAM } from './stream-names.ts';
import { UnsettledEvents } from './unsettled-events.ts';

/** Events looked at for one page, of whatever category: it bounds how long a page takes. */
const PAGE_SCAN_EVENTS_MAX = 4_000;

/** An id as text: bytes of their own for each would cost more than all the rest of a row. */
const COLUMNS = 'e.position, e.revision, e.type, e.recorded_at, lower(hex(e.id)), e.data';

/** Reads pages of events from the file, on the caller's thread: a page of 500 takes a few milliseconds. */
export class LogReader {
  /** To be told of everything that is committed. */
  readonly unsettled = new UnsettledEvents();
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #findStream: StatementSync;
  readonly #selectStream: StatementSync;
  readonly #selectEvents: StatementSync;
  readonly #selectScanEnd: StatementSync;
  /** By how many categories are asked for; 0 for all. */
  readonly #selectAll = new Map<number, StatementSync>();
  readonly #types = new Map<SQLOutputValue, string>();

  constructor(file: string) {
    this.#file = file;
    this.#database = openReader(file);
    this.#findStream = this.#prepare(FIND_STREAM);
    this.#selectStream = this.#prepare(`
      SELECT ${COLUMNS} FROM stream_events
      CROSS JOIN events e ON e.position = stream_events.position
      WHERE stream_events.stream = ? AND stream_events.revision >= ?
      ORDER BY stream_events.revision LIMIT ?`);
    this.#selectEvents = this.#prepare(`
      SELECT ${COLUMNS} FROM events e WHERE e.position BETWEEN ? AND ? ORDER BY e.position`);
    this.#selectScanEnd = this.#prepare(
      `SELECT position FROM events WHERE position > ? ORDER BY position LIMIT 1 OFFSET ${PAGE_SCAN_EVENTS_MAX - 1}`,
    );
    this.unsettled.recall(this.#database);
  }

  /** What the index has, then what it does not have yet. */
  readStream(stream: string, fromRevision: number, limit: number): RecordedEvent[] {
    const streamId = this.#idOf(stream);
    if (streamId === undefined) return [];
    const run = this.unsettled.runOf(streamId as number, fromRevision);
    const isSettledAsked = run === undefined || fromRevision < run.firstRevision;
    const events = isSettledAsked
      ? this.#toEvents(this.#selectStream.all(streamId, fromRevision, limit), stream)
      : [];
    if (run === undefined) return events;
    const { firstRevision, positions } = run;
    const from = Math.max(0, (events.at(-1)?.revision ?? fromRevision - 1) + 1 - firstRevision);
    const end = Math.min(positions.length, from + limit - events.length);
    this.#addEvents(events, positions, { stream, from, end });
    return events;
  }

  /** Events of one stream at these positions: neighbours, such as those of one append, are read together. */
  #addEvents(
    events: RecordedEvent[],
    positions: readonly number[],
    { stream, from, end }: { readonly stream: string; readonly from: number; readonly end: number },
  ): void {
    for (let first = from; first < end;) {
      let last = first;
      while (last + 1 < end && positions[last + 1] === positions[last]! + 1) last++;
      const rows = this.#selectEvents.all(positions[first]!, positions[last]!);
      for (const event of this.#toEvents(rows, stream)) events.push(event);
      first = last + 1;
    }
  }

  /** Looks no further than `head`. */
  readAll({ after, categories = [] }: LogQuery, limit: number, head: number): LogPage {
    if (after >= head) return { events: [], position: after };
    const scanEnd = categories.length === 0 ? head : Math.min(this.#scanEnd(after), head);
    const select = this.#selectAll.get(categories.length) ?? this.#prepareSelectAll(categories.length);
    const events = this.#toEvents(select.all(after, scanEnd, ...categories, limit));
    const isCut = events.length === limit;
    return { events, position: isCut ? events[limit - 1]!.position : scanEnd };
  }

  close(): void {
    this.#database.close();
  }

  /** Positions of a log that was copied from another store have gaps: events are counted, not positions. */
  #scanEnd(after: number): number {
    const row = this.#selectScanEnd.get(after) as unknown as SQLOutputValue[] | undefined;
    return row === undefined ? Infinity : Number(row[0]);
  }

  #idOf(stream: string): SQLOutputValue | undefined {
    const row = this.#findStream.get(stream) as unknown as SQLOutputValue[] | undefined;
    return row?.[0];
  }

  #prepareSelectAll(categoryCount: number): StatementSync {
    const categories = new Array(categoryCount).fill('?').join(', ');
    const statement = this.#prepare(`
      SELECT ${COLUMNS}, s.name FROM events e CROSS JOIN streams s ON s.id = e.stream
      WHERE e.position > ? AND e.position <= ? ${categoryCount > 0 ? `AND s.category IN (${categories})` : ''}
      ORDER BY e.position LIMIT ?`);
    this.#selectAll.set(categoryCount, statement);
    return statement;
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }

  /** The statements return arrays, which the types of the driver do not show. */
  #toEvents(rows: readonly unknown[], stream?: string): RecordedEvent[] {
    return (rows as readonly SQLOutputValue[][]).map((row) => this.#toEvent(row, stream));
  }

  /** A stream that is known is not read again with each of its events. */
  #toEvent(row: SQLOutputValue[], known: string | undefined): RecordedEvent {
    const [position, revision, type, recordedAt, id, data, stream = known] = row;
    return {
      id: withDashes(id as string),
      stream: stream as string,
      revision: revision as number,
      position: position as number,
      type: this.#types.get(type!) ?? this.#learnType(type!),
      data: this.#dataOf(data as string, position as number),
      recordedAt: recordedAt as number,
    };
  }

  #dataOf(text: string, position: number): object {
    try {
      return JSON.parse(text) as object;
    } catch (cause) {
      const why = `the event at position ${position} is damaged; restore a backup`;
      throw new DataFileUnusable(this.#file, why, { cause });
    }
  }

  #learnType(id: SQLOutputValue): string {
    for (const row of this.#database.prepare('SELECT id, name FROM types').iterate()) {
      this.#types.set(row['id']!, row['name'] as string);
    }
    return this.#types.get(id)!;
  }
}

/** A UUID from its 32 digits. */
const withDashes = (digits: string): string =>
  `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;

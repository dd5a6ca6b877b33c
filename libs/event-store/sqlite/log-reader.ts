import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { type LogPage, type LogQuery, type RecordedEvent } from '../src/index.ts';
import { openReader } from './connection.ts';
import { EVENT_COLUMNS, StoredEvents } from './stored-events.ts';
import { FIND_STREAM } from './stream-names.ts';
import { UnsettledEvents } from './unsettled-events.ts';

/** Events searched for one page, whatever their category: this limits how long a page takes. */
const PAGE_SCAN_EVENTS_MAX = 4_000;

/** Reads pages of events from the file, on the caller's thread: a page of 500 takes a few milliseconds. */
export class LogReader {
  /** Everything that is committed must be added to it. */
  readonly unsettled = new UnsettledEvents();
  readonly #database: DatabaseSync;
  readonly #stored: StoredEvents;
  readonly #findStream: StatementSync;
  readonly #selectStream: StatementSync;
  readonly #selectEvents: StatementSync;
  readonly #selectBefore: StatementSync;
  readonly #selectScanEnd: StatementSync;
  /** By the number of categories in the query; 0 for all. */
  readonly #selectAll = new Map<number, StatementSync>();

  constructor(file: string) {
    this.#database = openReader(file);
    this.#stored = new StoredEvents(file, this.#database);
    this.#findStream = this.#prepare(FIND_STREAM);
    this.#selectStream = this.#prepare(`
      SELECT stream_events.position, ${EVENT_COLUMNS} FROM stream_events
      LEFT JOIN events e ON e.position = stream_events.position
      WHERE stream_events.stream = ? AND stream_events.revision >= ?
      ORDER BY stream_events.revision LIMIT ?`);
    this.#selectEvents = this.#prepare(`
      SELECT e.position, ${EVENT_COLUMNS} FROM events e WHERE e.position BETWEEN ? AND ? ORDER BY e.position`);
    this.#selectBefore = this.#prepare(`
      SELECT e.position, ${EVENT_COLUMNS}, s.name FROM events e LEFT JOIN streams s ON s.id = e.stream
      WHERE e.position <= ? ORDER BY e.position DESC LIMIT 1`);
    this.#selectScanEnd = this.#prepare(
      `SELECT position FROM events WHERE position > ? ORDER BY position LIMIT 1 OFFSET ${PAGE_SCAN_EVENTS_MAX - 1}`,
    );
    this.unsettled.recall(this.#database);
  }

  /** Reads events that are in the index, then those that are not in it yet. */
  readStream(stream: string, fromRevision: number, limit: number): RecordedEvent[] {
    const streamId = this.#idOf(stream);
    if (streamId === undefined) return [];
    const run = this.unsettled.runOf(streamId as number, fromRevision);
    const isSettledAsked = run === undefined || fromRevision < run.firstRevision;
    const events = isSettledAsked
      ? this.#stored.read(this.#selectStream, [streamId, fromRevision, limit], stream)
      : [];
    if (run !== undefined) {
      const { firstRevision, positions } = run;
      const from = Math.max(0, (events.at(-1)?.revision ?? fromRevision - 1) + 1 - firstRevision);
      const end = Math.min(positions.length, from + limit - events.length);
      this.#addEvents(events, positions, { stream, from, end });
    }
    const known = run === undefined ? 0 : run.firstRevision + run.positions.length - fromRevision;
    this.#assertNoGap(events, stream, fromRevision, Math.min(known, limit));
    return events;
  }

  /** Adds the events of one stream at these positions. Neighbours, such as those of one append, are read together. */
  #addEvents(
    events: RecordedEvent[],
    positions: readonly number[],
    { stream, from, end }: { readonly stream: string; readonly from: number; readonly end: number },
  ): void {
    for (let first = from; first < end;) {
      let last = first;
      while (last + 1 < end && positions[last + 1] === positions[last]! + 1) last++;
      const some = this.#stored.read(this.#selectEvents, [positions[first]!, positions[last]!], stream);
      for (const event of some) events.push(event);
      first = last + 1;
    }
  }

  /** A damaged position in the index leads to no event, or to another one: then a revision is missing. */
  #assertNoGap(events: readonly RecordedEvent[], stream: string, first: number, atLeast: number): void {
    let revision = first;
    for (const event of events) if (event.revision === revision) revision++;
    if (revision - first === events.length && events.length >= atLeast) return;
    throw this.#stored.damaged(`the event at revision ${revision} of ${stream}`);
  }

  /** Reads no further than `head`. */
  readAll({ after, categories = [] }: LogQuery, limit: number, head: number): LogPage {
    if (after >= head) return { events: [], position: after };
    this.#assertWholeBefore(after);
    const scanEnd = categories.length === 0 ? head : Math.min(this.#scanEnd(after), head);
    const select = this.#selectAll.get(categories.length) ?? this.#prepareSelectAll(categories.length);
    const events = this.#stored.read(select, [after, scanEnd, ...categories, limit]);
    const isCut = events.length === limit;
    if (!isCut && categories.length === 0 && events.at(-1)?.position !== head) {
      throw this.#stored.damaged(`the event after position ${events.at(-1)?.position ?? after}`);
    }
    return { events, position: isCut ? events[limit - 1]!.position : scanEnd };
  }

  /**
   * A damaged position misleads SQLite's search for another one, and the events between the two would be left out. The search
   * for the newest event up to `after` then finds one beyond it.
   */
  #assertWholeBefore(after: number): void {
    const [before] = this.#stored.read(this.#selectBefore, [after]);
    if (before === undefined || before.position <= after) return;
    throw this.#stored.damaged(`the event after position ${after}`);
  }

  /** Throws DataFileUnusable. The position and the time of the next event depend on the newest one. */
  assertNewestWhole(): void {
    this.#stored.read(this.#selectBefore, [Number.MAX_SAFE_INTEGER]);
  }

  close(): void {
    this.#database.close();
  }

  /** Counts events, not positions, for a log that was copied from another store has gaps between positions. */
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
      SELECT e.position, ${EVENT_COLUMNS}, s.name FROM events e LEFT JOIN streams s ON s.id = e.stream
      WHERE e.position > ? AND e.position <= ?
        ${categoryCount > 0 ? `AND (s.category IN (${categories}) OR s.id IS NULL)` : ''}
      ORDER BY e.position LIMIT ?`);
    this.#selectAll.set(categoryCount, statement);
    return statement;
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }
}

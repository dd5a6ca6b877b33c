import { type Instant } from '#kernel';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { categoryOf, NO_STREAM, type RecordedEvent, TargetDiffers } from '../src/index.ts';
import { AcknowledgedMark } from './acknowledged-mark.ts';
import type { AppendWritten, Batch, BatchFailed, BatchResult } from './batch.ts';
import { openWriter } from './connection.ts';
import { checksumOf, seedOf, sumOfId, sumOfName } from './event-checksum.ts';
import { EVENT_ID_BYTES, isSameEventId, packEventId } from './event-id.ts';
import { prepareStatements, type Statements } from './log-statements.ts';
import { isSqliteError, SQLITE_BUSY, SQLITE_FULL } from './sqlite-error.ts';
import { RowsInsert } from './rows-insert.ts';
import { Settler } from './settler.ts';
import { StreamNames } from './stream-names.ts';
import { UnsettledEvents } from './unsettled-events.ts';
import { TwoGenerations } from './two-generations.ts';

/** Streams whose newest revision is remembered, from their second append on; for others it is looked up. */
const STREAM_HEADS_MAX = 100_000;

/** A stream or a type. `sum`: what its name contributes to the checksum of an event. */
interface Named {
  readonly id: number;
  readonly sum: number;
}

interface StreamHead extends Named {
  revision: number;
}

/**
 * The one writer of the file. Compares each append with the newest revision of its stream, and commits many of them in one
 * transaction. Positions are assigned inside the transaction, so their order is the order of commits. It blocks the thread
 * that it runs on: `ThreadWriter` gives it one of its own.
 */
export class Log {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #insertEvent: RowsInsert;
  readonly #insertStream: RowsInsert;
  readonly #names: StreamNames;
  readonly #unsettled = new UnsettledEvents();
  readonly #settler: Settler;
  readonly #heads = new TwoGenerations<StreamHead>(STREAM_HEADS_MAX);
  readonly #types = new Map<string, Named>();
  readonly #mark: AcknowledgedMark;
  #lastStreamId = 0;
  #position = 0;
  #recordedAt: Instant = 0;
  #settledThrough = 0;
  #stoppedBy: { readonly cause: unknown } | undefined;

  constructor(file: string) {
    this.#database = openWriter(file);
    this.#mark = new AcknowledgedMark(file);
    this.#statements = prepareStatements(this.#database);
    const columns = '(position, stream, revision, id, type, recorded_at, data, checksum)';
    this.#insertEvent = new RowsInsert(this.#database, `events ${columns}`, 8);
    this.#insertStream = new RowsInsert(this.#database, 'streams (id, name, category)', 3);
    this.#names = new StreamNames(this.#database);
    this.#settler = new Settler(this.#database, this.#unsettled);
    this.#recall();
  }

  /** Position of the newest event; 0 in an empty log. */
  get head(): number {
    return this.#position;
  }

  /** Commits all the batches in one transaction. When this returns, what it answers is durable. */
  write(batches: readonly Batch[]): BatchResult[] {
    if (this.#stoppedBy !== undefined) {
      const { cause } = this.#stoppedBy;
      return batches.map(() => ({ outcome: 'stopped', cause }));
    }
    try {
      this.#statements.begin.run();
      const before = this.#position;
      const results = batches.map((batch) => this.#writeBatch(batch));
      this.#commit(this.#position - before);
      this.#mark.reached(this.#position);
      return results;
    } catch (cause) {
      const failure = this.#fail(cause);
      return batches.map(() => failure);
    }
  }

  /** Commits the next events of another log, as they are. Throws TargetDiffers, and what SQLite throws. */
  takeOver(events: readonly RecordedEvent[]): void {
    this.#statements.begin.run();
    try {
      for (const event of events) this.#takeOver(event);
      this.#commit(events.length);
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#recall();
      throw cause;
    }
  }

  /** Carries the write-ahead log into the file. Only for a log that nobody else has open. */
  checkpoint(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** A setting of the connection, as SQLite has it now. */
  pragma(name: string): SQLOutputValue | undefined {
    return this.#database.prepare(`PRAGMA ${name}`).get()?.[name];
  }

  close(): void {
    if (this.#stoppedBy === undefined) this.#settleAll();
    this.#mark.close();
    this.#database.close();
  }

  /** Completes the index, so that the next opening has nothing to recall. If that fails, the next opening recalls. */
  #settleAll(): void {
    try {
      this.#statements.begin.run();
      this.#settler.settleAll();
      this.#statements.commit.run();
    } catch {
      // Nothing that was acknowledged depends on it, and closing rolls the transaction back.
    }
  }

  /** Commits the transaction in which so many events were written. */
  #commit(written: number): void {
    this.#insertEvent.flush();
    this.#insertStream.flush();
    const through = this.#settler.settleSome(written) ?? this.#settledThrough;
    this.#names.settleSome();
    this.#statements.commit.run();
    this.#settledThrough = through;
    this.#unsettled.settledThrough(through);
  }

  #writeBatch(batch: Batch): BatchResult {
    const appends = new Array<AppendWritten>(batch.streams.length);
    const streamIds = new Array<number>(batch.streams.length).fill(0);
    this.#recordedAt = Math.max(this.#recordedAt, batch.now);
    let event = 0;
    for (let index = 0; index < appends.length; index++) {
      appends[index] = this.#append(batch, index, event, streamIds);
      event += batch.eventCounts[index]!;
    }
    return {
      outcome: 'committed',
      recordedAt: this.#recordedAt,
      head: this.#position,
      appends,
      streamIds,
      settledThrough: this.#settledThrough, // As of the last commit: what this one settles is reported with the next.
    };
  }

  /** Writes append `index` of the batch, whose events begin at `first`, if its stream is at the expected revision. */
  #append(batch: Batch, index: number, first: number, streamIds: number[]): AppendWritten {
    const stream = batch.streams[index]!;
    const expectedRevision = batch.expectedRevisions[index]!;
    const head = this.#headOf(stream, expectedRevision);
    if (head?.revision !== expectedRevision) return this.#repeatOrConflict(batch, index, first, head);

    const firstPosition = this.#position + 1;
    const end = first + batch.eventCounts[index]!;
    for (let event = first; event < end; event++) {
      const id = batch.ids.subarray(event * EVENT_ID_BYTES, (event + 1) * EVENT_ID_BYTES);
      const type = this.#types.get(batch.types[event]!) ?? this.#addType(batch.types[event]!);
      const position = ++this.#position;
      const revision = ++head.revision;
      const recordedAt = this.#recordedAt;
      const data = batch.data[event]!;
      const seed = seedOf(head.sum, type.sum, sumOfId(id), recordedAt);
      const checksum = checksumOf(seed, position, revision, data);
      this.#insertEvent.add(position, head.id, revision, id, type.id, recordedAt, data, checksum);
      this.#unsettled.add(head.id, revision, position);
    }
    streamIds[index] = head.id;
    return firstPosition;
  }

  #takeOver({ id, stream, revision, position, type, data, recordedAt }: RecordedEvent): void {
    const head = this.#headOf(stream, revision - 1);
    if (head?.revision !== revision - 1 || position <= this.#position) {
      throw new TargetDiffers(
        `${stream}: event ${revision} at ${position} does not follow the last event of this copy.`,
      );
    }
    const named = this.#types.get(type) ?? this.#addType(type);
    const bytes = new Uint8Array(EVENT_ID_BYTES);
    packEventId(id, bytes, 0);
    const text = JSON.stringify(data);
    const seed = seedOf(head.sum, named.sum, sumOfId(bytes), recordedAt);
    const checksum = checksumOf(seed, position, revision, text);
    this.#insertEvent.add(position, head.id, revision, bytes, named.id, recordedAt, text, checksum);
    head.revision = revision;
    this.#position = position;
    this.#recordedAt = Math.max(this.#recordedAt, recordedAt);
    this.#unsettled.add(head.id, revision, position);
  }

  /** The head of the stream, which is made if it is new and expected to be; undefined if it is new but not expected to be. */
  #headOf(stream: string, expectedRevision: number): StreamHead | undefined {
    const added = expectedRevision === NO_STREAM ? this.#addStream(stream) : undefined;
    const known = added ?? this.#heads.get(stream);
    if (known !== undefined) return known;
    const head = this.#lookUp(stream);
    if (head !== undefined) this.#heads.set(stream, head);
    return head;
  }

  /** Not remembered, for most streams are written only once. Undefined if there is one of this name. */
  #addStream(stream: string): StreamHead | undefined {
    const id = this.#lastStreamId + 1;
    if (!this.#names.addNew(stream, id)) return undefined;
    this.#lastStreamId = id;
    this.#insertStream.add(id, stream, categoryOf(stream));
    return { id, sum: sumOfName(stream), revision: NO_STREAM };
  }

  #lookUp(stream: string): StreamHead | undefined {
    const id = this.#names.find(stream);
    if (id === undefined) return undefined;
    const unsettled = this.#unsettled.newestRevision(id);
    const revision = unsettled ?? Number(this.#statements.selectHead.get(id)?.['revision']);
    return { id, sum: sumOfName(stream), revision };
  }

  /** The same ids at the same revisions: a repeat of what was written. Anything else is a conflict. */
  #repeatOrConflict(batch: Batch, index: number, first: number, head: StreamHead | undefined): AppendWritten {
    const conflict = { outcome: 'conflict', actualRevision: head?.revision ?? NO_STREAM } as const;
    const count = batch.eventCounts[index]!;
    const from = batch.expectedRevisions[index]! + 1;
    if (head === undefined || from + count - 1 > head.revision) return conflict;

    this.#insertEvent.flush(); // It may be a repeat of events that are not flushed yet.
    const places = this.#placesOf(head.id, from, count);
    const positions: number[] = [];
    let recordedAt: Instant = 0;
    for (let offset = 0; offset < count; offset++) {
      const stored = this.#statements.selectEvent.get(places[offset]!);
      const isSame =
        stored !== undefined &&
        isSameEventId(stored['id'] as Uint8Array, batch.ids, (first + offset) * EVENT_ID_BYTES);
      if (!isSame) return conflict;
      positions.push(Number(stored['position']));
      recordedAt = Number(stored['recorded_at']);
    }
    return { outcome: 'repeated', positions, recordedAt };
  }

  /** Positions of so many events of a stream. All of them must exist. */
  #placesOf(id: number, from: number, count: number): number[] {
    const run = this.#unsettled.runOf(id, from);
    return Array.from({ length: count }, (_, index) => {
      const revision = from + index;
      if (run !== undefined && revision >= run.firstRevision)
        return run.positions[revision - run.firstRevision]!;
      return Number(this.#statements.selectPlace.get(id, revision)?.['position']);
    });
  }

  #addType(type: string): Named {
    const id = Number(this.#statements.insertType.run(type).lastInsertRowid);
    const named = { id, sum: sumOfName(type) };
    this.#types.set(type, named);
    return named;
  }

  /** Forgets all that was remembered of a failed transaction. */
  #fail(cause: unknown): BatchFailed {
    const isBusy = isSqliteError(cause, SQLITE_BUSY) && !this.#database.isTransaction;
    if (!isBusy && !isSqliteError(cause, SQLITE_FULL)) return this.#stop(cause);
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#recall();
      return { outcome: 'refused', reason: isBusy ? 'busy' : 'full', cause };
    } catch (second) {
      return this.#stop(second);
    }
  }

  /**
   * A commit that failed may still turn out to be written after a restart, and on Linux a second fsync after a failed one
   * proves nothing: only opening the file anew tells what is in it. So nothing is written any more.
   */
  #stop(cause: unknown): BatchFailed {
    this.#stoppedBy = { cause };
    return { outcome: 'unknown', cause };
  }

  /** Reads anew from the file what is remembered between transactions. */
  #recall(): void {
    this.#heads.clear();
    this.#insertEvent.drop();
    this.#insertStream.drop();
    this.#unsettled.recall(this.#database);
    this.#settler.recall();
    this.#names.recall();
    this.#types.clear();
    for (const row of this.#statements.selectTypes.iterate()) {
      const name = String(row['name']);
      this.#types.set(name, { id: Number(row['id']), sum: sumOfName(name) });
    }
    this.#settledThrough = Number(this.#statements.selectSettled.get()?.['through']);
    this.#lastStreamId = Number(this.#statements.selectLastStream.get()?.['id'] ?? 0);
    const newest = this.#statements.selectNewest.get();
    this.#position = Number(newest?.['position'] ?? 0);
    this.#recordedAt = Number(newest?.['recorded_at'] ?? 0);
  }
}

import {
  AccessDeniedError,
  type EventStoreDBClient,
  NotFoundError,
  type Position,
  StreamDeletedError,
  StreamNotFoundError,
  UnknownError,
} from '@eventstore/db-client';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import {
  isOfAny,
  type LogPage,
  type LogQuery,
  PositionUnknown,
  READ_EVENTS_MAX,
  type RecordedEvent,
  StoreUnavailable,
} from '../src/index.ts';
import type { Connection } from './connection.ts';
import { CopiedReader } from './copied-reader.ts';
import { StreamDamaged } from './event-store-db.faults.ts';
import { isOurs, positionOf, type RecordedEvents, type Told } from './recorded-event.ts';

/** How long the next event of a read may take. The client's own deadline does not reach its reads. */
export const READ_DEADLINE_MS = 5_000;
/** A read may be asked again: a restarted server, a client that closed its connection under others. */
const READ_TRIES_MAX = 5;
const READ_PAUSE_MS = 50;
/** Pages backwards from the end, until one of our events is found among the server's own. */
const HEAD_EVENTS = 16;
/** Of gRPC: what newer servers say to a position at which nothing begins. */
const INVALID_ARGUMENT = 3;

/** The newest of our events: where following begins. */
export interface Head {
  readonly at: Position | undefined;
  readonly position: number;
  readonly recordedAt: number;
}

type Read<T> = Readable & AsyncIterable<T> & { cancel(): Promise<void> };

/** Reads pages from the server, each with a deadline of its own. Throws StoreUnavailable and StreamDamaged. */
export class LogReader {
  readonly #deadlineMs: number;
  readonly #connection: Connection;
  readonly #recorded: RecordedEvents;
  readonly #copied: CopiedReader;

  constructor(connection: Connection, recorded: RecordedEvents, deadlineMs = READ_DEADLINE_MS) {
    this.#deadlineMs = deadlineMs;
    this.#connection = connection;
    this.#recorded = recorded;
    this.#copied = new CopiedReader(recorded, (from, maxCount) => this.#pageFrom(from, maxCount));
  }

  async readStream(stream: string, fromRevision: number, limit: number): Promise<readonly RecordedEvent[]> {
    let told = await this.#toldOf(stream, fromRevision, limit);
    // What is there, and has nothing: one that was truncated. Asked again, for much hangs on it.
    if (told?.length === 0 && fromRevision === 0) told = await this.#toldOf(stream, fromRevision, limit);
    if (told?.length === 0 && fromRevision === 0) throw new StreamDamaged(stream, 'all its events are gone');
    let floor = 0;
    return (told ?? []).map((resolved, index) => {
      const event = this.#recorded.of(resolved, floor);
      floor = event.recordedAt;
      if (event.revision === fromRevision + index) return event;
      throw new StreamDamaged(stream, `revision ${fromRevision + index} is gone`);
    });
  }

  /** Undefined where there is no such stream. */
  #toldOf(stream: string, fromRevision: number, maxCount: number): Promise<readonly Told[] | undefined> {
    return this.#ask((client) =>
      client.readStream(stream, { fromRevision: BigInt(fromRevision), maxCount }),
    ).catch((error: unknown) => {
      if (error instanceof StreamNotFoundError || error instanceof NotFoundError) return undefined;
      if (!(error instanceof StreamDeletedError)) throw error;
      throw new StreamDamaged(stream, 'the stream was deleted permanently', { cause: error });
    });
  }

  /** Throws PositionUnknown where no event of this log is at `after`, nor just behind it. */
  async readAll(query: LogQuery, limit: number): Promise<LogPage> {
    const { copied } = this.#recorded;
    if (query.after < copied.through) return this.#copied.readAll(query, limit);
    const isBehindCopied = query.after === copied.through && copied.through > 0;
    return this.#readFrom(isBehindCopied ? copied.end : query.after - copied.offset, query, limit);
  }

  async #readFrom(start: number, { after, categories }: LogQuery, limit: number): Promise<LogPage> {
    const events: RecordedEvent[] = [];
    let [position, from, floor] = [after, start, 0];
    for (;;) {
      const wanted = categories === undefined ? limit : READ_EVENTS_MAX;
      const page = await this.#pageFrom(from, wanted + 1);
      for (const told of page) {
        from = Number(positionOf(told).commit);
        if (!isOurs(told)) continue;
        const event = this.#recorded.of(told, floor);
        floor = event.recordedAt;
        if (event.position <= after) continue;
        ({ position } = event);
        if (isOfAny(event.stream, categories)) events.push(event);
        if (events.length === limit) return { events, position };
      }
      const isEnd = page.length <= wanted;
      if (isEnd || position > after) return { events, position };
    }
  }

  /** What stands exactly there, if it is ours. */
  async eventAt(position: number): Promise<RecordedEvent | undefined> {
    const { copied } = this.#recorded;
    if (position <= copied.through) {
      return (await this.#copied.readAll({ after: position - 1 }, 1)).events.find(
        (event) => event.position === position,
      );
    }
    const [told] = await this.#readAt(position - copied.offset, 1).catch((error: unknown) => {
      if (isRefusal(error)) return [];
      throw error;
    });
    if (told === undefined || !isOurs(told)) return undefined;
    const event = this.#recorded.of(told);
    return event.position === position ? event : undefined;
  }

  /** Where our newest event stands. */
  async head(): Promise<Head> {
    let fromPosition: Position | 'end' = 'end';
    for (let maxCount = HEAD_EVENTS; ; maxCount = READ_EVENTS_MAX) {
      const page: Told[] = await this.#ask((client) =>
        client.readAll({ direction: 'backwards', fromPosition, maxCount }),
      );
      const newest = page.find(isOurs);
      if (newest !== undefined) {
        const { copied } = this.#recorded;
        const { position, recordedAt } = this.#recorded.of(newest);
        if (position > copied.through) return { at: positionOf(newest), position, recordedAt };
        const end = BigInt(copied.end);
        return { at: { commit: end, prepare: end }, position: copied.through, recordedAt };
      }
      const last = page.at(-1);
      if (last === undefined || page.length < maxCount) return { at: undefined, position: 0, recordedAt: 0 };
      fromPosition = positionOf(last);
    }
  }

  /**
   * From what stands at `position` on. A position is that of an event; where it is the one just before, as
   * who asks for a single event says it, no record begins there and the server refuses it.
   */
  async #pageFrom(position: number, maxCount: number): Promise<Told[]> {
    if (position === 0) return this.#ask((client) => client.readAll({ maxCount }));
    let refusal: unknown;
    // The first once more at the end: a server refuses with the same words what it just cannot do.
    for (const at of [position, position + 1, position]) {
      try {
        return await this.#readAt(at, maxCount);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refusal = error;
      }
    }
    const words = `This log has no event at position ${position}. Start at 0.`;
    throw new PositionUnknown(words, { cause: refusal });
  }

  /** From exactly there on. Throws a refusal as it came. */
  #readAt(position: number, maxCount: number): Promise<Told[]> {
    const fromPosition = { commit: BigInt(position), prepare: BigInt(position) };
    return this.#ask((client) => client.readAll({ fromPosition, maxCount }), isRefusal);
  }

  /** An error that is an answer is thrown as it came, all others end as StoreUnavailable. */
  async #ask<T extends Told>(
    read: (client: EventStoreDBClient) => unknown,
    isAnswer: (error: unknown) => boolean = isAboutStream,
  ): Promise<T[]> {
    for (let tries = 1; ; tries++) {
      const client = await this.#connection.client();
      try {
        const told = await collect(read(client) as Read<T>, this.#deadlineMs);
        if (this.#connection.isCurrent(client)) return told;
        if (tries === READ_TRIES_MAX) throw unavailable(new Error('the connection was lost repeatedly'));
      } catch (error) {
        if (isAnswer(error)) throw error;
        if (error instanceof AccessDeniedError) throw unavailable(error);
        // Others that read through it are asked again: a connection that is frozen serves nobody.
        this.#connection.drop(client);
        if (error instanceof TooLate || tries === READ_TRIES_MAX) throw unavailable(error);
        await pause(READ_PAUSE_MS * tries);
      }
    }
  }
}

/** What the server says about the stream, rather than what happened on the way. */
const isAboutStream = (error: unknown): boolean =>
  error instanceof StreamNotFoundError ||
  error instanceof NotFoundError ||
  error instanceof StreamDeletedError;

/** Of the position. The client calls unknown whatever it has no name for, and most of that passes. */
const isRefusal = (error: unknown): boolean =>
  error instanceof UnknownError &&
  (Number(error.code) === INVALID_ARGUMENT || /Unexpected (Filtered)?ReadAllResult/.test(error.message));

const unavailable = (cause: unknown): StoreUnavailable =>
  new StoreUnavailable(
    cause instanceof AccessDeniedError
      ? 'The event store refuses to be read. Give the user in EVENT_STORE the right to read $all.'
      : 'The event store does not answer.',
    { cause },
  );

class TooLate extends Error {
  override readonly name = 'TooLate';
}

async function collect<T>(stream: Read<T>, deadlineMs: number): Promise<T[]> {
  const events: T[] = [];
  stream.on('error', () => {}); // A second error, after the reading has ended, would end the process.
  const timer = setTimeout(() => {
    stream.destroy(new TooLate(`no answer within ${deadlineMs} ms`));
    stream.cancel().catch(() => {});
  }, deadlineMs);
  try {
    for await (const event of stream as AsyncIterable<T>) {
      timer.refresh(); // A page of large events takes its time on a busy machine.
      events.push(event);
    }
    return events;
  } finally {
    clearTimeout(timer);
  }
}

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

/** How long the next event of a read may take. The client's own deadline does not apply to reads. */
export const READ_DEADLINE_MS = 5_000;
/** Reads are retried: the server may have restarted, or another failure may have closed the client's connection. */
const READ_TRIES_MAX = 5;
const READ_PAUSE_MS = 50;
/** Events per page backwards from the end, until one of ours is found among the server's own. */
const HEAD_EVENTS = 16;
/** gRPC's code for a position at which no record begins: of subscriptions since 24.2. Of a page it is said in words. */
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
    // A stream that exists but is empty was truncated. Asked twice, for much depends on it.
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

  /** Undefined if there is no such stream. */
  #toldOf(stream: string, fromRevision: number, maxCount: number): Promise<readonly Told[] | undefined> {
    return this.#ask((client) =>
      client.readStream(stream, { fromRevision: BigInt(fromRevision), maxCount }),
    ).catch((error: unknown) => {
      if (error instanceof StreamNotFoundError || error instanceof NotFoundError) return undefined;
      if (!(error instanceof StreamDeletedError)) throw error;
      throw new StreamDamaged(stream, 'the stream was deleted permanently', { cause: error });
    });
  }

  /** Throws PositionUnknown if no event of this log is at `after` or directly after it. */
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

  /** The event at exactly this position, if it is ours. */
  async eventAt(position: number): Promise<RecordedEvent | undefined> {
    const { copied } = this.#recorded;
    if (position <= copied.through) {
      return (await this.#copied.readAll({ after: position - 1 }, 1)).events.find(
        (event) => event.position === position,
      );
    }
    const at = position - copied.offset;
    // Asked twice: a server may give the same refusal for a passing trouble.
    const [told] = await this.#readAt(at, 1)
      .catch((error: unknown) => (isRefusal(error) ? this.#readAt(at, 1) : Promise.reject(error as Error)))
      .catch((error: unknown) => (isRefusal(error) ? [] : Promise.reject(error as Error)));
    if (told === undefined || !isOurs(told)) return undefined;
    const event = this.#recorded.of(told);
    return event.position === position ? event : undefined;
  }

  /** The position of our newest event. */
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
   * Reads from `position` on. Usually an event is there. But a caller that wants a single event gives the position just before
   * it: no record begins there, and the server refuses it.
   */
  async #pageFrom(position: number, maxCount: number): Promise<Told[]> {
    if (position === 0) return this.#ask((client) => client.readAll({ maxCount }));
    let refusal: unknown;
    // The first one is tried again at the end: a server may give the same refusal for a passing trouble.
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

  /** Reads from exactly this position on. Throws the server's refusal as it came. */
  #readAt(position: number, maxCount: number): Promise<Told[]> {
    const fromPosition = { commit: BigInt(position), prepare: BigInt(position) };
    return this.#ask((client) => client.readAll({ fromPosition, maxCount }), isRefusal);
  }

  /** Throws an error that is an answer as it came, and StoreUnavailable for any other. */
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
        // Other reads by it are then retried: a frozen connection is of no use to anybody.
        this.#connection.drop(client);
        if (error instanceof TooLate || tries === READ_TRIES_MAX) throw unavailable(error);
        await pause(READ_PAUSE_MS * tries);
      }
    }
  }
}

/** True if the server says it about the stream; false for trouble on the way. */
const isAboutStream = (error: unknown): boolean =>
  error instanceof StreamNotFoundError ||
  error instanceof NotFoundError ||
  error instanceof StreamDeletedError;

/** True if the server refuses the position. The client has no class for this, as for much that may pass. */
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

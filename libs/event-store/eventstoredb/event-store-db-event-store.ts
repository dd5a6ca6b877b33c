import type { JSONEventData } from '@eventstore/db-client';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pause } from '#kernel';
import {
  type AppendOutcome,
  assertLimit,
  EventStore,
  type LogPage,
  type LogQuery,
  type NewEvent,
  PositionUnknown,
  READ_EVENTS_MAX,
  type RecordedEvent,
  StoreUnavailable,
} from '../src/index.ts';
import { readAddress } from './address.ts';
import { AppendLane, type Reply } from './append-lane.ts';
import { checkAppend } from './check-append.ts';
import { Connection } from './connection.ts';
import { EventStoreDbUnusable, StreamDamaged } from './event-store-db.faults.ts';
import { Follower } from './follower.ts';
import { type Head, LogReader, READ_DEADLINE_MS } from './log-reader.ts';
import { onceReadable } from './once-readable.ts';
import { ownWordsOf } from './own-stream.ts';
import { RecentEvents } from './recent-events.ts';
import { RecordedEvents } from './recorded-event.ts';
import { welcome } from './welcome.ts';

/** How long an append waits for the subscription to bring its own events before it reads them: reading adds to the load. */
const OWN_EVENTS_MS_MAX = 1_000;
/** Pages that one follower gets in one turn of the event loop. */
const PAGES_AT_ONCE_MAX = 4;
/** Pause between two tries to read while the store does not answer. */
const RETRY_MS = 250;

const NOT_COPIED_YET = 'it holds an unfinished copy. Run the same `onhand copy` again to complete it';

interface EventStoreDbEventStoreOptions {
  /** `esdb://user:password@host:2113`, several hosts, `esdb+discover://name`, or the same as `kurrentdb`, `kurrent` or `kdb`. */
  readonly url: string;
  /** Called for what somebody should look at: a subscription that ended, a default password. */
  readonly onAlarm?: (message: string, cause?: unknown) => void;
  /** After these times an append is `unknown` (default 3 s, and 5 ms for each event), and a read fails (default 5 s). */
  readonly appendDeadlineMs?: number;
  readonly readDeadlineMs?: number;
}

type Written = Extract<Reply, { outcome: 'written' }>;

/** The event store on EventStoreDB or KurrentDB: for more than one machine. */
export class EventStoreDbEventStore extends EventStore {
  readonly #connections: readonly Connection[];
  readonly #lane: AppendLane;
  readonly #reader: LogReader;
  readonly #recorded: RecordedEvents;
  readonly #recent: RecentEvents;
  readonly #follower: Follower;
  /** Appends under way, by stream and expected revision. */
  readonly #underWay = new Map<string, { readonly ids: string; readonly outcome: Promise<AppendOutcome> }>();
  #isClosed = false;
  /** Identifies this log. */
  readonly identity: string;
  /** The address, for people: without the password. */
  readonly shown: string;

  private constructor(
    parts: {
      shown: string;
      identity: string;
      lane: AppendLane;
      reads: Connection;
      follows: Connection;
      recorded: RecordedEvents;
      reader: LogReader;
      lookEveryMs: number;
    },
    head: Head,
    onAlarm: (message: string, cause?: unknown) => void,
  ) {
    super();
    this.identity = parts.identity;
    this.shown = parts.shown;
    const { lane, reads, follows, recorded, reader, lookEveryMs } = parts;
    this.#connections = [reads, follows];
    this.#lane = lane;
    this.#reader = reader;
    this.#recorded = recorded;
    this.#recent = new RecentEvents(head.position);
    const headNow = async (): Promise<number> => (await reader.head()).position;
    const followed = { connection: follows, recent: this.#recent, recorded, headNow, lookEveryMs, onAlarm };
    this.#follower = new Follower(followed, head);
  }

  /** Throws EventStoreDbUnusable, and StoreUnavailable if nobody answers. */
  static async open({
    url,
    onAlarm = () => {},
    appendDeadlineMs,
    readDeadlineMs,
  }: EventStoreDbEventStoreOptions): Promise<EventStoreDbEventStore> {
    const address = readAddress(url);
    for (const warning of address.warnings) onAlarm(warning);
    const reads = new Connection(address);
    const recorded = new RecordedEvents();
    const reader = new LogReader(reads, recorded, readDeadlineMs);
    let lane: AppendLane | undefined;
    try {
      await welcome(address, reads, reader, readDeadlineMs);
      lane = new AppendLane(address, appendDeadlineMs);
      const { identity, copied, state } = await ownWordsOf(reader, lane);
      if (state === 'copying') throw new EventStoreDbUnusable(address.shown, NOT_COPIED_YET);
      recorded.copied = copied;
      const head = await reader.head();
      const follows = new Connection(address);
      const lookEveryMs = readDeadlineMs ?? READ_DEADLINE_MS;
      const parts = { lane, reads, follows, recorded, reader, identity, lookEveryMs, shown: address.shown };
      return new EventStoreDbEventStore(parts, head, onAlarm);
    } catch (cause) {
      await lane?.close();
      await reads.close();
      throw cause;
    }
  }

  async append(
    stream: string,
    expectedRevision: number,
    events: readonly NewEvent[],
  ): Promise<AppendOutcome> {
    const ready = checkAppend(stream, expectedRevision, events);
    if (this.#isClosed) throw new StoreUnavailable('The store is closed.');
    const key = `${stream}@${expectedRevision}`;
    const ids = events.map(({ id }) => id).join();
    // A repeat of an append that it is still writing the server drops: it only says, after 2 s, that the time is over.
    const same = this.#underWay.get(key);
    if (same?.ids === ids) return same.outcome;
    const outcome = this.#append(stream, expectedRevision, ready);
    const mine = { ids, outcome };
    this.#underWay.set(key, mine);
    try {
      return await outcome;
    } finally {
      if (this.#underWay.get(key) === mine) this.#underWay.delete(key);
    }
  }

  async readStream(
    stream: string,
    { fromRevision = 0, limit = READ_EVENTS_MAX }: { fromRevision?: number; limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    assertLimit(limit);
    return this.#open().readStream(stream, fromRevision, limit);
  }

  async readAll({ limit = READ_EVENTS_MAX, ...query }: LogQuery & { limit?: number }): Promise<LogPage> {
    assertLimit(limit);
    return this.#open().readAll(query, limit);
  }

  override eventAt(position: number): Promise<RecordedEvent | undefined> {
    return this.#open().eventAt(position);
  }

  /** Waits for a store that does not answer. */
  async *subscribe(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    const wake = (): void => this.#recent.wakeAll();
    signal.addEventListener('abort', wake);
    try {
      let { after } = query;
      for (let pages = 1; !signal.aborted; pages++) {
        const page = await this.#nextPage({ ...query, after }, signal, after > query.after);
        if (signal.aborted) return;
        if (page.position > after) {
          after = page.position;
          yield page;
          if (pages % PAGES_AT_ONCE_MAX === 0) await nextTurn();
        } else {
          await this.#recent.movedPast(after);
          pages = 0;
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  async head(): Promise<number> {
    return (await this.#open().head()).position;
  }

  /** Does not wait long for a server that does not answer. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#recent.wakeAll();
    await Promise.all([this.#lane.close(), this.#follower.close()]);
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  async #append(
    stream: string,
    expectedRevision: number,
    ready: readonly JSONEventData[],
  ): Promise<AppendOutcome> {
    const reply = await this.#lane.append(stream, expectedRevision, ready);
    if (reply.outcome === 'conflict' && reply.actualRevision > expectedRevision) {
      await onceReadable(this.#reader, stream, reply.actualRevision);
    }
    if (reply.outcome !== 'written') return reply;
    const { revision } = reply;
    if (revision !== expectedRevision + ready.length) {
      throw new StreamDamaged(stream, `its events before revision ${revision} were deleted`);
    }
    try {
      const events = await this.#ownEvents(stream, reply, ready);
      const positions = events.map(({ position }) => position);
      return { outcome: 'written', revision, positions, recordedAt: events.at(-1)!.recordedAt };
    } catch (cause) {
      if (!(cause instanceof StoreUnavailable)) throw cause;
      return { outcome: 'unknown', cause };
    }
  }

  /** The server answers only the position of the last event. The rest is read, mostly from events that have just come in. */
  async #ownEvents(
    stream: string,
    { revision, position }: Written,
    ready: readonly JSONEventData[],
  ): Promise<readonly RecordedEvent[]> {
    if (position !== undefined) {
      const last = position + this.#recorded.copied.offset;
      await this.#seen(last);
      const ids = ready.map(({ id }) => id);
      const events = this.#recent.ofAppend(stream, last, ids);
      if (events !== undefined) return events;
    }
    const events: RecordedEvent[] = [];
    for (let from = revision - ready.length + 1; from <= revision;) {
      const limit = Math.min(READ_EVENTS_MAX, revision + 1 - from);
      const page = await this.#reader.readStream(stream, from, limit);
      if (page.length === 0)
        throw new StoreUnavailable(`${stream}: an event that was written cannot be read yet.`);
      events.push(...page);
      from += page.length;
    }
    return events;
  }

  /** Waits, but not for long, until the subscription has brought everything up to `position`. */
  async #seen(position: number): Promise<void> {
    if (this.#recent.head >= position) return;
    let isLong = false;
    const timer = setTimeout(() => {
      isLong = true;
      this.#recent.wakeAll();
    }, OWN_EVENTS_MS_MAX);
    while (this.#recent.head < position && !isLong && !this.#isClosed) {
      await this.#recent.movedPast(position - 1);
    }
    clearTimeout(timer);
  }

  /** `isOwnPosition`: the position is from this log itself, so if the server refuses it the reason is some other trouble. */
  async #nextPage(query: LogQuery, signal: AbortSignal, isOwnPosition: boolean): Promise<LogPage> {
    for (;;) {
      const reader = this.#open();
      const recent = this.#recent.read(query, READ_EVENTS_MAX);
      if (recent !== undefined) return recent;
      try {
        return await reader.readAll(query, READ_EVENTS_MAX);
      } catch (error) {
        const mayPass =
          error instanceof StoreUnavailable || (isOwnPosition && error instanceof PositionUnknown);
        if (!mayPass) throw error;
        await pause(RETRY_MS, signal);
        if (signal.aborted) return { events: [], position: query.after };
      }
    }
  }

  #open(): LogReader {
    if (this.#isClosed) throw new StoreUnavailable('The store is closed.');
    return this.#reader;
  }
}

import type { EventStoreDBClient, JSONEventData } from '@eventstore/db-client';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AppendOutcome, NO_STREAM } from '../src/index.ts';
import type { Address } from './address.ts';
import { appendStreamOf, Connection, type WritableSide } from './connection.ts';
import { EventStoreDbUnusable } from './event-store-db.faults.ts';
import { judgeAppend } from './judge-append.ts';
import { unpackFast } from './unpack-fast.ts';

/** An append not answered within this time has the outcome `unknown`. Electing a leader takes about as long. */
const APPEND_DEADLINE_MS = 3_000;
/** The deadline that appends on the shared stream tell the server. It has a limit of its own for writing, of 2 s. */
const SERVER_DEADLINE_MS = 7 * 24 * 60 * 60 * 1_000;
/** Added per event, for a large append takes longer on a busy machine. */
const APPEND_DEADLINE_MS_PER_EVENT = 5;
/** Appends sent and not answered yet. Further ones wait, for with more the server gets no faster. */
const APPENDS_IN_FLIGHT_MAX = 256;
/** Pause between a lost client and the next one, doubled until an append is answered again. */
const RENEW_PAUSE_MS = 25;
const RENEW_PAUSE_MS_MAX = 1_000;
/** Writes that the client's stream takes before it asks to wait. */
const STREAM_WRITES_MAX = 15;

/** `position`: of the last event, if the server said it. */
export type Reply =
  | { readonly outcome: 'written'; readonly revision: number; readonly position: number | undefined }
  | Exclude<AppendOutcome, { outcome: 'written' }>;

interface Append {
  readonly stream: string;
  readonly expectedRevision: number;
  readonly events: readonly JSONEventData[];
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
  readonly askedAt: number;
  timer?: NodeJS.Timeout;
  /** The client that it was sent by, if it was sent. */
  client?: EventStoreDBClient;
  isSettled: boolean;
}

/**
 * The client's module has one map of all appends that are sent on streams, for all clients of the process: an error of one
 * client's stream also rejects the appends of another, whose late answers then end the process. So only one lane per process
 * may use such a stream; any other makes a call for each append, which is slower but shares nothing.
 */
let isSharedStreamTaken = false;

/**
 * Sends appends in the order they came, many at a time, and says what became of each. An append is given to the client only
 * when its stream can take it: if the stream fails, appends that wait inside the client become rejections that nobody can
 * catch.
 */
export class AppendLane {
  readonly #connection: Connection;
  readonly #deadlineMs: number;
  /** True if all its appends are sent on one stream. */
  readonly #isShared: boolean;
  readonly #credentials: Address['user'];
  readonly #waiting: Append[] = [];
  readonly #watched = new WeakSet<WritableSide>();
  #inFlight = 0;
  #isPumping = false;
  #isClosed = false;
  #renewPauseMs = 0;
  #wake = (): void => {};

  /** Throws EventStoreDbUnusable for a second store of a process without a user in its address. */
  constructor(address: Address, deadlineMs = APPEND_DEADLINE_MS) {
    this.#connection = new Connection(address);
    this.#deadlineMs = deadlineMs;
    this.#isShared = !isSharedStreamTaken;
    if (!this.#isShared && address.user === undefined && address.isTls) {
      throw new EventStoreDbUnusable(address.shown, 'a second store in one process needs user:password');
    }
    isSharedStreamTaken = true;
    unpackFast();
    // With credentials the client makes a call for each append. Without TLS it does not send them, so any will do.
    this.#credentials = this.#isShared ? undefined : (address.user ?? { username: '-', password: '-' });
  }

  append(stream: string, expectedRevision: number, events: readonly JSONEventData[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const askedAt = performance.now();
      const append: Append = { stream, expectedRevision, events, askedAt, resolve, reject, isSettled: false };
      if (this.#isClosed) return resolve(unknown('the store is closed'));
      this.#waiting.push(append);
      if (this.#isPumping) this.#wake();
      else void this.#pump();
    });
  }

  /** Appends that are still open get the outcome `unknown`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const append of this.#waiting.splice(0)) this.#settle(append, unknown('the store is closed'));
    this.#wake();
    await this.#connection.close();
    if (this.#isShared) isSharedStreamTaken = false;
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const client = await this.#connection.client().catch(() => undefined);
      if (client === undefined) {
        this.#settle(next, unknown('the store is closed')); // It was in neither list when `close` answered the others.
        break;
      }
      let room = this.#room(client);
      if (room <= 0) {
        this.#waiting.unshift(next);
        await this.#roomAgain();
        continue;
      }
      for (let append: Append | undefined = next; append !== undefined;) {
        if (!append.isSettled) this.#send(client, append);
        append = --room > 0 ? this.#next() : undefined;
      }
      await nextTurn(); // Only now has the client written them, so that its stream says how much it can take.
    }
    this.#isPumping = false;
  }

  /** The oldest append that still waits. */
  #next(): Append | undefined {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!next.isSettled) return next;
    }
    return undefined;
  }

  /** How many appends may be sent now. The first one of a client goes alone, for it opens the stream. */
  #room(client: EventStoreDBClient): number {
    const room = APPENDS_IN_FLIGHT_MAX - this.#inFlight;
    if (!this.#isShared) return room;
    const stream = appendStreamOf(client);
    if (stream === undefined) return this.#inFlight === 0 ? 1 : 0;
    if (!this.#watched.has(stream)) {
      this.#watched.add(stream);
      stream.on('drain', () => this.#wake());
      stream.on('close', () => this.#wake());
    }
    return Math.min(room, STREAM_WRITES_MAX - stream.writableLength);
  }

  /** Resolves when one is settled, the stream has drained or broken, or another append came. */
  #roomAgain(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  #send(client: EventStoreDBClient, append: Append): void {
    const { stream, expectedRevision, events } = append;
    append.client = client;
    append.timer = setTimeout(() => this.#tooLate(append), this.#deadlineOf(events));
    this.#inFlight++;
    const options = {
      expectedRevision: expectedRevision === NO_STREAM ? ('no_stream' as const) : BigInt(expectedRevision),
      // On the shared stream it is sent as a time by our clock: a server whose clock is later would write nothing.
      deadline: this.#isShared ? SERVER_DEADLINE_MS : this.#deadlineOf(events),
      ...(this.#credentials && { credentials: this.#credentials }),
    };
    client.appendToStream(stream, events as JSONEventData[], options).then(
      ({ nextExpectedRevision, position }) => {
        this.#renewPauseMs = 0;
        const last = position === undefined ? undefined : Number(position.commit);
        const revision = Number(nextExpectedRevision);
        this.#settle(append, { outcome: 'written', revision, position: last });
      },
      (error: unknown) => this.#rejected(client, append, error),
    );
  }

  #rejected(client: EventStoreDBClient, append: Append, error: unknown): void {
    if (append.isSettled) return;
    try {
      const { outcome, isClientLost } = judgeAppend(append.stream, error, this.#isShared);
      if (isClientLost) this.#lose(client);
      this.#settle(append, outcome);
    } catch (fault) {
      this.#settle(append, fault as Error);
    }
  }

  #tooLate(append: Append): void {
    const { client } = append;
    this.#settle(append, unknown('not answered in time'));
    if (client !== undefined) this.#lose(client);
    // While answers come appends may wait for long; but not if the server is silent.
    const since = performance.now() - this.#deadlineMs;
    for (const each of this.#waiting) {
      if (each.askedAt <= since) this.#settle(each, unknown('the server does not answer'));
    }
  }

  #deadlineOf(events: readonly JSONEventData[]): number {
    return this.#deadlineMs + events.length * APPEND_DEADLINE_MS_PER_EVENT;
  }

  /** Drops a client that has left an append open: it may never answer another one. */
  #lose(client: EventStoreDBClient): void {
    if (!this.#connection.drop(client, this.#renewPauseMs)) return;
    this.#renewPauseMs = Math.min(RENEW_PAUSE_MS_MAX, Math.max(RENEW_PAUSE_MS, this.#renewPauseMs * 2));
  }

  #settle(append: Append, reply: Reply | Error): void {
    if (append.isSettled) return;
    append.isSettled = true;
    clearTimeout(append.timer);
    if (append.client !== undefined) this.#inFlight--;
    if (reply instanceof Error) append.reject(reply);
    else append.resolve(reply);
    this.#wake();
  }
}

const unknown = (why: string): Reply => ({ outcome: 'unknown', cause: new Error(why) });

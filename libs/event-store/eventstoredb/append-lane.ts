import type { EventStoreDBClient, JSONEventData } from '@eventstore/db-client';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { type AppendOutcome, NO_STREAM } from '../src/index.ts';
import type { Address } from './address.ts';
import { appendStreamOf, Connection } from './connection.ts';
import { EventStoreDbUnusable } from './event-store-db.faults.ts';
import { judgeAppend } from './judge-append.ts';

/** An append that is not answered by then has the outcome `unknown`. A leader's election takes about as long. */
export const APPEND_DEADLINE_MS = 3_000;
/** Sent and not yet answered. More wait: the server gets no faster by more. */
export const APPENDS_IN_FLIGHT_MAX = 256;
/** Between a lost client and the next one, doubled until an append is answered again. */
const RENEW_PAUSE_MS = 25;
const RENEW_PAUSE_MS_MAX = 1_000;
/** What the client's stream takes before it asks to wait. */
const STREAM_WRITES_MAX = 15;

/** `position` is of the last event, if the server told it. */
export type Reply =
  | { readonly outcome: 'written'; readonly revision: number; readonly position: number | undefined }
  | Exclude<AppendOutcome, { outcome: 'written' }>;

interface Waiting {
  readonly stream: string;
  readonly expectedRevision: number;
  readonly events: readonly JSONEventData[];
  readonly settle: (reply: Reply) => void;
  readonly fail: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
  isSettled: boolean;
}

/**
 * All appends of a process on one stream share a map inside the client's module: an error on one client's
 * stream rejects the appends of another, whose late answers end the process. So one lane a process may have it;
 * a second one makes a call of its own for each append, which is slower and shares nothing.
 */
let sharedStreamOwner: AppendLane | undefined;

/**
 * Sends appends, many at a time, in the order they came, and says of each what became of it. An append is
 * handed to the client only when its stream can take it: what waits inside the client when the stream fails
 * becomes a rejection that nobody can catch.
 */
export class AppendLane {
  readonly #connection: Connection;
  readonly #credentials: Address['user'];
  readonly #waiting: Waiting[] = [];
  #inFlight = 0;
  #isPumping = false;
  #wake: (() => void) | undefined;
  #renewPauseMs = 0;
  #renewing: Promise<void> = Promise.resolve();

  /** Throws EventStoreDbUnusable for a second store of a process without a user in its address. */
  constructor(address: Address) {
    this.#connection = new Connection(address);
    if (sharedStreamOwner === undefined) sharedStreamOwner = this;
    else if (address.user === undefined && address.isTls) {
      throw new EventStoreDbUnusable(address.shown, 'a second store in one process needs user:password');
    }
    // Without TLS the client sends no credentials; that there are any makes it call for each append.
    this.#credentials = this.isShared ? undefined : (address.user ?? { username: '-', password: '-' });
  }

  /** True if its appends travel together on one stream. */
  get isShared(): boolean {
    return sharedStreamOwner === this;
  }

  append(stream: string, expectedRevision: number, events: readonly JSONEventData[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        stream,
        expectedRevision,
        events,
        settle: resolve,
        fail: reject,
        timer: setTimeout(() => this.#tooLate(waiting), APPEND_DEADLINE_MS),
        isSettled: false,
      };
      this.#waiting.push(waiting);
      if (!this.#isPumping) void this.#pump();
      else this.#wake?.();
    });
  }

  /** What is still open has the outcome `unknown`. */
  async close(): Promise<void> {
    if (this.isShared) sharedStreamOwner = undefined;
    for (const waiting of this.#waiting.splice(0)) this.#settle(waiting, unknown('The store is closed.'));
    this.#wake?.();
    await this.#renewing;
    await this.#connection.close();
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const client = await this.#connection.client();
      const room = this.#room(client);
      if (room > 0) {
        this.#send(client, next);
        for (let more = 1; more < room && this.#waiting.length > 0; more++) {
          const another = this.#next();
          if (another !== undefined) this.#send(client, another);
        }
        await nextTurn();
      } else {
        this.#waiting.unshift(next);
        await this.#roomAgain(client);
      }
      await this.#renewing;
    }
    this.#isPumping = false;
  }

  /** The oldest that still waits. */
  #next(): Waiting | undefined {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!next.isSettled) return next;
    }
    return undefined;
  }

  /** How many appends may be handed over now. The first of a client goes alone: it opens the stream. */
  #room(client: EventStoreDBClient): number {
    const room = APPENDS_IN_FLIGHT_MAX - this.#inFlight;
    if (!this.isShared) return room;
    const stream = appendStreamOf(client);
    if (stream === undefined) return this.#inFlight === 0 ? 1 : 0;
    return Math.min(room, STREAM_WRITES_MAX - stream.writableLength);
  }

  /** Until an append is answered, the stream has drained or broken, or the next one came. */
  #roomAgain(client: EventStoreDBClient): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      const stream = this.isShared ? appendStreamOf(client) : undefined;
      if (stream !== undefined && stream.writableLength >= STREAM_WRITES_MAX) {
        stream.once('drain', resolve).once('close', resolve);
      }
    });
  }

  #send(client: EventStoreDBClient, waiting: Waiting): void {
    const { stream, expectedRevision, events } = waiting;
    this.#inFlight++;
    const sent = client.appendToStream(stream, events as JSONEventData[], {
      expectedRevision: expectedRevision === NO_STREAM ? 'no_stream' : BigInt(expectedRevision),
      deadline: APPEND_DEADLINE_MS,
      ...(this.#credentials && { credentials: this.#credentials }),
    });
    sent.then(
      ({ nextExpectedRevision, position }) => {
        this.#renewPauseMs = 0;
        const written = { revision: Number(nextExpectedRevision), position: position && Number(position.commit) };
        this.#settle(waiting, { outcome: 'written', ...written });
      },
      (error: unknown) => this.#rejected(client, waiting, error),
    );
    this.#clients.set(waiting, client);
  }
}

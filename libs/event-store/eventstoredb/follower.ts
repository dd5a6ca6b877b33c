import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type Position,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import type { Head } from './log-reader.ts';
import type { RecentEvents } from './recent-events.ts';
import { isOurs, positionOf, type RecordedEvents } from './recorded-event.ts';

/** Between the end of one subscription and the next, doubled until an event comes. */
const RESUBSCRIBE_MS = 20;
const RESUBSCRIBE_MS_MAX = 1_000;
/** The server's own streams are left out by the server. */
const OURS = streamNameFilter({ regex: '^[^$]' });

/**
 * Follows the log to its end and beyond, for everybody in this process, into `recent`. Every end of a
 * subscription is a failure, the clean one too: it goes on after the last event that was taken, never after a
 * checkpoint, which the client tells before the events that come before it.
 */
export class Follower {
  readonly #connection: Connection;
  readonly #recent: RecentEvents;
  readonly #recorded: RecordedEvents;
  readonly #onAlarm: (message: string, cause?: unknown) => void;
  readonly #running: Promise<void>;
  readonly #stop = new AbortController();
  #subscription: AllStreamSubscription | undefined;
  /** Both positions of the last event taken, as the server told them. */
  #at: Position | undefined;
  #recordedAt: number;
  #isNew = true;

  constructor(
    parts: {
      readonly connection: Connection;
      readonly recent: RecentEvents;
      readonly recorded: RecordedEvents;
      readonly onAlarm: (message: string, cause?: unknown) => void;
    },
    head: Head,
  ) {
    this.#connection = parts.connection;
    this.#recent = parts.recent;
    this.#recorded = parts.recorded;
    this.#onAlarm = parts.onAlarm;
    this.#at = head.at;
    this.#recordedAt = head.recordedAt;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#subscription?.destroy();
    await this.#connection.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    let pauseMs = RESUBSCRIBE_MS;
    while (!this.#stop.signal.aborted) {
      const client = await this.#connection.client().catch(() => undefined);
      if (client === undefined) return; // Closed.
      const before = this.#recent.head;
      const cause = await this.#follow(client).catch((error: unknown) => error);
      if (this.#stop.signal.aborted) return;
      this.#onAlarm('The subscription to the event store ended; it is begun again.', cause);
      this.#connection.drop(client);
      pauseMs = this.#recent.head > before ? RESUBSCRIBE_MS : Math.min(RESUBSCRIBE_MS_MAX, pauseMs * 2);
      await pause(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** Resolves where the server ended it cleanly. */
  async #follow(client: Awaited<ReturnType<Connection['client']>>): Promise<void> {
    const subscription = client.subscribeToAll({ fromPosition: this.#at ?? START, filter: OURS });
    this.#subscription = subscription;
    // Not by iteration: that costs a promise for each event, and what came is only put where others take it.
    return new Promise((end, fail) => {
      subscription.on('error', fail); // A second one, after the end, does no harm here.
      subscription.on('data', (told: AllStreamResolvedEvent) => {
        try {
          this.#take(told);
        } catch (bug) {
          fail(bug instanceof Error ? bug : new Error(String(bug)));
          subscription.destroy();
        }
      });
      subscription.on('close', end).on('end', end);
    });
  }

  #take(told: AllStreamResolvedEvent): void {
    if (!isOurs(told)) return;
    const event = this.#recorded.of(told, this.#recordedAt);
    if (event.position <= this.#recent.head) return;
    this.#at = positionOf(told);
    this.#recordedAt = event.recordedAt;
    this.#recent.add(event);
    this.#wakeSoon();
  }

  /** Once for all events that came together. */
  #wakeSoon(): void {
    if (!this.#isNew) return;
    this.#isNew = false;
    setImmediate(() => {
      this.#isNew = true;
      this.#recent.wakeReached();
    });
  }
}

import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type EventStoreDBClient,
  type Position,
  START,
  streamNameFilter,
  TimeoutError,
} from '@eventstore/db-client';
import { pause } from '#kernel';
import type { Connection } from './connection.ts';
import type { Head } from './log-reader.ts';
import type { RecentEvents } from './recent-events.ts';
import { isOurs, positionOf, type RecordedEvents } from './recorded-event.ts';

/** Pause between the end of one subscription and the next, doubled until an event comes. */
const RESUBSCRIBE_MS = 20;
const RESUBSCRIBE_MS_MAX = 1_000;
/** Makes the server leave out its own streams. */
const OURS = streamNameFilter({ regex: '^[^$]' });

class SubscriptionSilent extends Error {
  override readonly name = 'SubscriptionSilent';
  override readonly message = 'the subscription does not deliver events that are in the log';
}

/**
 * Follows the log, for everybody in this process, and adds its events to `recent`. Every end of a subscription counts as a
 * failure, even a clean one. The next one begins after the last event that was taken, never after a checkpoint: the client
 * may report a checkpoint before the events that precede it.
 */
export class Follower {
  readonly #connection: Connection;
  readonly #recent: RecentEvents;
  readonly #recorded: RecordedEvents;
  readonly #headNow: () => Promise<number>;
  readonly #lookEveryMs: number;
  readonly #onAlarm: (message: string, cause?: unknown) => void;
  readonly #running: Promise<void>;
  readonly #stop = new AbortController();
  #client: EventStoreDBClient | undefined;
  #subscription: AllStreamSubscription | undefined;
  /** Both positions of the last event taken, as the server gave them. */
  #at: Position | undefined;
  #recordedAt: number;
  #isNew = true;

  constructor(
    parts: {
      readonly connection: Connection;
      readonly recent: RecentEvents;
      readonly recorded: RecordedEvents;
      /** Asks the server for the position of the newest event. */
      readonly headNow: () => Promise<number>;
      /** How often that is asked while no event comes. */
      readonly lookEveryMs: number;
      readonly onAlarm: (message: string, cause?: unknown) => void;
    },
    head: Head,
  ) {
    this.#connection = parts.connection;
    this.#recent = parts.recent;
    this.#recorded = parts.recorded;
    this.#headNow = parts.headNow;
    this.#lookEveryMs = parts.lookEveryMs;
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
      const before = this.#recent.head;
      const cause = await this.#followOnce();
      if (this.#stop.signal.aborted) return;
      const hasCome = this.#recent.head > before;
      // Servers before 24.2 drop a subscriber that is some tens of events behind: nothing is wrong with it or the connection.
      if (hasCome && cause instanceof TimeoutError) continue;
      this.#onAlarm('The subscription to the event store ended, and is being started again.', cause);
      if (this.#client !== undefined) this.#connection.drop(this.#client);
      pauseMs = hasCome ? RESUBSCRIBE_MS : Math.min(RESUBSCRIBE_MS_MAX, pauseMs * 2);
      await pause(pauseMs, this.#stop.signal);
    }
  }

  /** Returns why the subscription ended, if that is known. */
  async #followOnce(): Promise<unknown> {
    this.#client = undefined;
    try {
      this.#client = await this.#connection.client();
      await this.#follow(this.#client);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Resolves if the server ends it cleanly. */
  async #follow(client: EventStoreDBClient): Promise<void> {
    const subscription = client.subscribeToAll({ fromPosition: this.#at ?? START, filter: OURS });
    this.#subscription = subscription;
    const watch = this.#watch(subscription);
    // Not by iteration, which costs a promise for each event: here each is only added to `recent`.
    const ended = new Promise<void>((end, fail) => {
      subscription.on('error', fail); // A second error, after the end, is harmless here.
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
    return ended.finally(() => clearInterval(watch));
  }

  /** A subscription may fall silent for good though its connection lives: so compares what has come with the log's head. */
  #watch(subscription: AllStreamSubscription): NodeJS.Timeout {
    let [seen, owed, isBehind] = [this.#recent.head, 0, false];
    const look = async (): Promise<void> => {
      const { head } = this.#recent;
      if (head === seen && head < owed) return void subscription.destroy(new SubscriptionSilent());
      if (head === seen) {
        owed = await this.#headNow().catch(() => head);
        if (owed < head && !isBehind) this.#onAlarm(behind(owed, head));
        isBehind = owed < head;
      }
      seen = head;
    };
    return setInterval(() => void look(), this.#lookEveryMs).unref();
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

  /** Wakes waiters once for all events that came together. */
  #wakeSoon(): void {
    if (!this.#isNew) return;
    this.#isNew = false;
    setImmediate(() => {
      this.#isNew = true;
      this.#recent.wakeReached();
    });
  }
}

/** What comes up to there is taken for known: nobody would be told of it. */
const behind = (newest: number, read: number): string =>
  `The newest event of the store is at ${newest}, but OnHand has read up to ${read}. That node is far behind, or the log ` +
  'was restored from a backup. If it was restored, restart OnHand.';

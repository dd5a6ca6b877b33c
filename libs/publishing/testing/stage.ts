import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#kernel';
import { type EventStore, NO_STREAM, type RecordedEvent, StoreUnavailable } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';
import { orderStream } from '#inventory';
import type { OrderNow, OrderSource } from '../src/index.ts';
import { ListingNumbers } from './listing-numbers.ts';

interface Follower {
  apply(event: RecordedEvent): void | Promise<void>;
}

/**
 * A log with numbers and orders, for specs: the embedded store, the numbers, and after them the folds that a spec adds.
 * The folds move on when `project` is called.
 */
export class Stage {
  readonly numbers = new ListingNumbers();
  readonly orders: OrderSource;
  readonly folds: Follower[] = [this.numbers];
  /** Everything up to this position was projected. */
  position = 0;
  readonly store: EventStore;
  readonly #directory: string;
  readonly #revisions = new Map<string, number>();

  private constructor(store: EventStore, directory: string) {
    this.store = store;
    this.#directory = directory;
    this.orders = { order: (channel, orderId) => this.#order(channel, orderId) };
  }

  static async open(): Promise<Stage> {
    const directory = await mkdtemp(join(tmpdir(), 'onhand-publishing-'));
    return new Stage(
      await SqliteEventStore.open({ directory, clock: systemClock, writer: 'inline' }),
      directory,
    );
  }

  async close(): Promise<void> {
    await this.store.close();
    await rm(this.#directory, { recursive: true });
  }

  /** Sets numbers of one channel by one event; they count once that is projected. */
  setNumbers(channel: string, numbers: Readonly<Record<string, number>>): Promise<number> {
    return this.append('item-spec', 'NumbersSet', { channel, numbers });
  }

  /** One more event of an order. */
  changeOrder(channel: string, orderId: string, status: string): Promise<number> {
    return this.append(orderStream(channel, orderId), 'OrderPlaced', { orderId, status });
  }

  /** Appends an event. Returns its position. */
  append(stream: string, type: string, data: object): Promise<number> {
    return this.appendAll(stream, type, [data]);
  }

  /** Appends several events to one stream at once. Returns the position of the last. */
  async appendAll(stream: string, type: string, all: readonly object[]): Promise<number> {
    const revision = this.#revisions.get(stream) ?? NO_STREAM;
    const events = all.map((data) => ({ id: randomUUID(), type, data }));
    const answer = await this.store.append(stream, revision, events);
    if (answer.outcome !== 'written') throw new Error(`Not written: ${JSON.stringify(answer)}`);
    this.#revisions.set(stream, answer.revision);
    return answer.positions.at(-1)!;
  }

  /** Takes everything in the log through the folds. */
  async project(): Promise<void> {
    for (;;) {
      const page = await this.store.readAll({ after: this.position });
      if (page.events.length === 0) return;
      for (const event of page.events) {
        for (const fold of this.folds) await fold.apply(event);
      }
      this.position = page.position;
    }
  }

  /** Sets numbers and projects them. */
  async publish(channel: string, numbers: Readonly<Record<string, number>>): Promise<number> {
    const position = await this.setNumbers(channel, numbers);
    await this.project();
    return position;
  }

  /** While true reading orders fails as if the store did not answer. */
  ordersFail = false;

  async #order(channel: string, orderId: string): Promise<OrderNow | undefined> {
    if (this.ordersFail) throw new StoreUnavailable('not now');
    const events = await this.store.readStream(orderStream(channel, orderId));
    const last = events.at(-1);
    if (last === undefined) return undefined;
    const { status } = last.data as { status: string };
    const { position, recordedAt } = last;
    return { body: { orderId, channel, status, version: position }, position, recordedAt };
  }
}

import type { Consumer, ConsumerRunConfig, ConsumerSubscribeTopics } from 'kafkajs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { within } from './within.ts';

/**
 * A consumer's membership in its group. The client ignores a disconnect while it is joining: it then becomes a ghost
 * member, which holds partitions and cannot be stopped. Here leaving waits until it has joined.
 */
export class Membership {
  readonly #consumer: Consumer;
  #joined = Promise.withResolvers<void>();

  /** Call it before the consumer runs. */
  constructor(consumer: Consumer) {
    this.#consumer = consumer;
    const { GROUP_JOIN, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, () => this.#joined.resolve());
    consumer.on(CRASH, ({ payload: { restart } }) => {
      if (restart) this.#joined = Promise.withResolvers();
      else this.#joined.resolve(); // It has left already.
    });
  }

  /** Resolves when the consumer runs, or has crashed for the first time. Offsets are not committed automatically. */
  async join(topics: ConsumerSubscribeTopics, run: Omit<ConsumerRunConfig, 'autoCommit'>): Promise<void> {
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe(topics);
      await this.#consumer.run({ ...run, autoCommit: false });
    } catch (error) {
      this.#joined.resolve(); // It will never join: `leave` need not wait.
      throw error;
    }
  }

  /** Resolves when the consumer has left, or after `msMax`; then it still leaves as soon as it can. */
  leave(msMax: number): Promise<void> {
    return within(this.#leave(), msMax);
  }

  async #leave(): Promise<void> {
    await this.#joined.promise;
    await nextTurn(); // It emits GROUP_JOIN a moment before it can be stopped.
    await this.#consumer.disconnect();
  }
}

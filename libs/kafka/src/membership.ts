import type { Consumer, ConsumerRunConfig, ConsumerSubscribeTopics } from 'kafkajs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { within } from './within.ts';

/**
 * A consumer's place in its group, and the way out of it. A member that leaves while it is still joining is not heard
 * by the client: it then comes into the group as a ghost that holds partitions and cannot be stopped. Here it leaves once it
 * has joined.
 */
export class Membership {
  readonly #consumer: Consumer;
  #joined = Promise.withResolvers<void>();

  /** To be made before the consumer runs. */
  constructor(consumer: Consumer) {
    this.#consumer = consumer;
    const { GROUP_JOIN, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, () => this.#joined.resolve());
    consumer.on(CRASH, ({ payload: { restart } }) => {
      if (restart) this.#joined = Promise.withResolvers();
      else this.#joined.resolve(); // It has left already.
    });
  }

  /** Resolves when the consumer runs, or has crashed for the first time. No offset is committed by itself. */
  async join(topics: ConsumerSubscribeTopics, run: Omit<ConsumerRunConfig, 'autoCommit'>): Promise<void> {
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe(topics);
      await this.#consumer.run({ ...run, autoCommit: false });
    } catch (error) {
      this.#joined.resolve(); // It will not.
      throw error;
    }
  }

  /** Resolves when the consumer has left, or after `msMax`; it still leaves, as soon as it can. */
  leave(msMax: number): Promise<void> {
    return within(this.#leave(), msMax);
  }

  async #leave(): Promise<void> {
    await this.#joined.promise;
    await nextTurn(); // It says that it has joined before it can be stopped.
    await this.#consumer.disconnect();
  }
}

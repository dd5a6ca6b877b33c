import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../kernel/testing/until.ts';
import { Pace } from '../kafka/pace.ts';
import type { Teller } from '../kafka/teller.ts';
import { TopicPublisher } from '../kafka/topic-publisher.ts';
import type { MemoryTopic } from './memory-topic.ts';

const NEVER_MS = 2 ** 31 - 1;

/** A process that publishes one topic, over a stage. */
export class Process {
  readonly publisher: TopicPublisher;
  readonly troubles: unknown[] = [];
  readonly tooLarge: string[] = [];
  isBehind = false;
  /** Called before each send. */
  beforeSend: () => void = () => undefined;
  #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(topic: MemoryTopic, teller: Teller, pauseMs = NEVER_MS) {
    this.publisher = new TopicPublisher({
      link: topic,
      teller,
      ...{ lookEveryMs: 5, answerMsMax: 50 },
      onTrouble: (trouble) => this.troubles.push(trouble),
      onTooLarge: (key) => this.tooLarge.push(key),
      beforeSend: () => this.beforeSend(),
      pace: new Pace({ isBehind: () => this.isBehind, pauseAfter: () => pauseMs }),
    });
  }

  start(): void {
    this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    this.#running = (async () => {
      while (!signal.aborted) {
        await this.publisher.run(signal).catch((trouble: unknown) => this.troubles.push(trouble));
        if (!signal.aborted) await pause(5);
      }
    })();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async settled(): Promise<void> {
    await until(() => this.publisher.isAtRest, 'the topic holds all that was wanted');
  }
}

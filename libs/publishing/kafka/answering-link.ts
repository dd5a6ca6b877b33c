import type { Extent } from '#kafka';
import { Fault } from '#kernel';
import type { OutgoingRecord, TopicLink, TopicReader } from './topic-link.ts';

/** Brokers answer within milliseconds, or within some seconds while a leader changes. */
const ANSWER_MS_MAX = 5_000;

/** A link that notices missing answers: without it a broker that hangs would look like one that has nothing to do. */
export class AnsweringLink implements TopicLink {
  readonly topic: string;
  readonly #link: TopicLink;
  readonly #msMax: number;
  readonly #asked = new Set<{ readonly at: number }>();
  #refused: string | undefined;

  constructor(link: TopicLink, msMax = ANSWER_MS_MAX) {
    this.topic = link.topic;
    this.#link = link;
    this.#msMax = msMax;
  }

  /** Says that answers are missing, in words; undefined while they come. */
  get trouble(): string | undefined {
    const now = performance.now();
    const waitedMs = Math.max(...[...this.#asked].map(({ at }) => now - at));
    if (waitedMs > this.#msMax) return `Kafka has not answered for ${Math.floor(waitedMs / 1_000)} s.`;
    return this.#refused;
  }

  extents(): Promise<readonly (Extent | undefined)[]> {
    return this.#answered(this.#link.extents());
  }

  send(partition: number, records: readonly OutgoingRecord[]): Promise<number> {
    return this.#answered(this.#link.send(partition, records));
  }

  follow(reader: TopicReader, signal: AbortSignal): Promise<void> {
    return this.#link.follow(reader, signal);
  }

  async #answered<Answer>(question: Promise<Answer>): Promise<Answer> {
    const asked = { at: performance.now() };
    this.#asked.add(asked);
    try {
      const answer = await question;
      this.#refused = undefined;
      return answer;
    } catch (error) {
      this.#refused = error instanceof Fault ? error.message : undefined;
      throw error;
    } finally {
      this.#asked.delete(asked);
    }
  }
}

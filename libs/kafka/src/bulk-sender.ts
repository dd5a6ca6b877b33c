import type { Producer } from 'kafkajs';
import { partOf } from '#kernel';
import { askKafka, topicsThere } from './ask.ts';
import { type KafkaConnection, openKafka } from './connection.ts';
import { SILENT } from './log.ts';
import { sendTo } from './send.ts';
import { kafkaTrouble, KafkaUnavailable } from './trouble.ts';
import { within } from './within.ts';

export interface BulkMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

const MESSAGES_PER_SEND_MAX = 1_000;
/** Messages that may wait in memory for the brokers. */
const WAITING_MAX = 20_000;
const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 10 };
const GOODBYE_MS_MAX = 3_000;

const notThere = (topic: string): string =>
  `The topic ${topic} does not exist, or OnHand may not write to it. Check its name; \`npx onhand topics create\` creates those that the settings name.`;

/**
 * Sends very many messages to one topic. Those of one key keep their order, and go to the partition that every other
 * client would choose. Each send is to one partition.
 */
export class BulkSender {
  readonly #connection: KafkaConnection;
  readonly #topic: string;
  readonly #producer: Producer;
  readonly #lanes: BulkMessage[][];
  readonly #sending = new Map<number, Promise<void>>();
  #waiting = 0;
  #sent = 0;
  #failure: { readonly cause: unknown } | undefined;
  #wake: () => void = () => undefined;

  private constructor(parts: {
    connection: KafkaConnection;
    topic: string;
    producer: Producer;
    partitions: number;
  }) {
    this.#connection = parts.connection;
    this.#topic = parts.topic;
    this.#producer = parts.producer;
    this.#lanes = Array.from({ length: parts.partitions }, () => []);
  }

  /** Throws KafkaUnavailable, also if there is no such topic. */
  static async open(connection: KafkaConnection, topic: string): Promise<BulkSender> {
    const partitions = await askKafka(connection, async (admin) => {
      const found = (await topicsThere(admin, [topic])).get(topic);
      if (found === undefined) throw new KafkaUnavailable(notThere(topic));
      return found.partitions.length;
    });
    const producer = openKafka(connection, { log: SILENT, retry: RETRY }).producer({
      allowAutoTopicCreation: false,
    });
    try {
      await producer.connect();
    } catch (error) {
      throw kafkaTrouble(error, connection);
    }
    return new BulkSender({ connection, topic, producer, partitions });
  }

  /** How many messages all in-sync replicas have. */
  get sent(): number {
    return this.#sent;
  }

  /** Resolves when there is room for more. Throws KafkaUnavailable if any message could not be sent. */
  async send(messages: readonly BulkMessage[]): Promise<void> {
    for (const message of messages) {
      const partition = partOf(message.key, this.#lanes.length);
      this.#lanes[partition]!.push(message);
      this.#waiting++;
      if (!this.#sending.has(partition)) this.#sending.set(partition, this.#drain(partition));
    }
    while (this.#waiting > WAITING_MAX && !this.#failure) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#throwFailure();
  }

  /** Resolves when all messages have been written. Throws KafkaUnavailable. */
  async settled(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending.values());
    this.#throwFailure();
  }

  close(): Promise<void> {
    return within(this.#producer.disconnect(), GOODBYE_MS_MAX);
  }

  async #drain(partition: number): Promise<void> {
    await Promise.resolve(); // So that all messages of this turn are sent together.
    const lane = this.#lanes[partition]!;
    try {
      while (lane.length > 0 && !this.#failure) {
        const messages = lane.splice(0, MESSAGES_PER_SEND_MAX);
        await sendTo(this.#producer, { topic: this.#topic, partition }, messages);
        this.#waiting -= messages.length;
        this.#sent += messages.length;
        this.#wake();
      }
    } catch (cause) {
      this.#failure ??= { cause };
      this.#wake();
    } finally {
      this.#sending.delete(partition);
    }
  }

  #throwFailure(): void {
    if (this.#failure) throw kafkaTrouble(this.#failure.cause, this.#connection);
  }
}

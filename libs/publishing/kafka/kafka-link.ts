import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload, Kafka, Producer } from 'kafkajs';
import {
  askKafka,
  type Extent,
  isTooLarge,
  type KafkaConnection,
  kafkaTrouble,
  Membership,
  PATIENT,
  sendTo,
  topicOffsets,
} from '#kafka';
import { type OutgoingRecord, RecordTooLarge, type TopicLink, type TopicReader } from './topic-link.ts';

const SESSION_MS = 30_000;
const HEARTBEAT_MS = 3_000;
/** How long a fetch waits for new records, and so how long it may stand still when its leader dies. */
const FETCH_WAIT_MS = 500;
const GOODBYE_MS_MAX = 4_000;
/** Nobody waits for what is read back, and reading every record as it comes would cost as much time as writing it. */
const FETCH_BYTES_MIN = 64 * 1024;

interface KafkaLinkParts {
  readonly kafka: Kafka;
  readonly connection: KafkaConnection;
  /** Connected. Not idempotent: such a producer is stuck for ever once a leader has died. */
  readonly producer: Pick<Producer, 'send'>;
  readonly topic: string;
  /** The names of our groups begin with this. */
  readonly groupId: string;
}

/** One topic of a real Kafka. */
export class KafkaLink implements TopicLink {
  readonly topic: string;
  readonly #parts: KafkaLinkParts;

  constructor(parts: KafkaLinkParts) {
    this.topic = parts.topic;
    this.#parts = parts;
  }

  extents(): Promise<readonly (Extent | undefined)[]> {
    return askKafka(this.#parts.connection, (admin) => topicOffsets(admin, this.topic), this.topic);
  }

  async send(partition: number, records: readonly OutgoingRecord[]): Promise<number> {
    try {
      return await sendTo(this.#parts.producer, { topic: this.topic, partition }, records);
    } catch (error) {
      if (isTooLarge(error)) throw new RecordTooLarge();
      throw kafkaTrouble(error, this.#parts.connection, this.topic);
    }
  }

  async follow(reader: TopicReader, signal: AbortSignal): Promise<void> {
    const consumer = this.#parts.kafka.consumer({
      groupId: `${this.#parts.groupId}-readback-${randomUUID()}`,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      minBytes: FETCH_BYTES_MIN,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      retry: { ...PATIENT, restartOnFailure: () => Promise.resolve(!signal.aborted) },
    });
    try {
      await new Following(consumer, this.topic, reader).run(signal);
    } catch (error) {
      throw kafkaTrouble(error, this.#parts.connection, this.topic);
    }
  }
}

/** One consumer, in a group of its own, from its start to its end. */
class Following {
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #reader: TopicReader;
  /** By partition: the offset after the last record read. */
  readonly #next = new Map<number, number>();
  readonly #ended = Promise.withResolvers<void>();
  /** The client goes on for a moment, and counts as passed what could not be read. */
  #hasFailed = false;

  constructor(consumer: Consumer, topic: string, reader: TopicReader) {
    this.#consumer = consumer;
    this.#topic = topic;
    this.#reader = reader;
  }

  async run(signal: AbortSignal): Promise<void> {
    const consumer = this.#consumer;
    const end = (): void => this.#ended.resolve();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) return;
    const membership = new Membership(consumer);
    consumer.on(consumer.events.GROUP_JOIN, () => this.#resume());
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => this.#passed(payload));
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) this.#ended.reject(payload.error);
    });
    try {
      const subscription = { topics: [this.#topic], fromBeginning: true };
      const joining = membership.join(subscription, {
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#read(payload, signal),
      });
      await Promise.race([joining, this.#ended.promise]);
      await this.#ended.promise;
    } finally {
      signal.removeEventListener('abort', end);
      await membership.leave(GOODBYE_MS_MAX);
    }
  }

  /** Must not throw: that would end the consumer, for some errors for good. */
  #read(payload: EachBatchPayload, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    try {
      const { batch } = payload;
      const next = Number(batch.lastOffset()) + 1;
      const records = batch.messages.map(({ key, value, offset }) => ({
        key: key?.toString(),
        value,
        offset: Number(offset),
      }));
      this.#reader.read(batch.partition, records, next);
      this.#next.set(batch.partition, next);
      payload.resolveOffset(batch.lastOffset());
    } catch (error) {
      this.#hasFailed = true;
      this.#ended.reject(error);
    }
    return Promise.resolve();
  }

  /** Also needed for batches that the client does not hand out: aborted records and markers of transactions. */
  #passed({ partition, lastOffset }: { readonly partition: number; readonly lastOffset: string }): void {
    const next = Number(lastOffset) + 1;
    if (this.#hasFailed || next <= (this.#next.get(partition) ?? 0)) return;
    this.#next.set(partition, next);
    this.#reader.read(partition, [], next);
  }

  /** Goes on where it was after it has joined again: no offset is ever committed. */
  #resume(): void {
    for (const [partition, next] of this.#next) {
      this.#consumer.seek({ topic: this.#topic, partition, offset: String(next) });
    }
  }
}

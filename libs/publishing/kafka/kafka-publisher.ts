import { type Kafka, type Producer } from 'kafkajs';
import { type EventStore, isOfCategory, type RecordedEvent } from '#event-store';
import { orderNameOf } from '#inventory';
import { type KafkaConnection, type KafkaLog, kafkaTrouble, openKafka, within } from '#kafka';
import type { Clock, Shards } from '#kernel';
import type { Fold } from '#read-model';
import type { ListingNumber, NumberSource, OrderSource } from '../src/change-source.ts';
import { AvailabilityTeller } from './availability-teller.ts';
import { KafkaLink } from './kafka-link.ts';
import { OrderTeller } from './order-teller.ts';
import { Pace } from './pace.ts';
import { Sleep } from './sleep.ts';
import type { Teller } from './teller.ts';
import { topicKey } from './topic-record.ts';
import type { TopicFigures, TopicState } from './topic-figures.ts';
import { TopicPublisher } from './topic-publisher.ts';
import { TopicReceipts } from './topic-receipts.ts';

/** A send fails after some 3 s without a broker; what waits is then sent with newer values. */
const SEND_RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 };
const GOODBYE_MS_MAX = 3_000;
/** Numbers of one event that are kept; if there are more, what is missing is found by reading the topic. */
const COLLECTED_MAX = 20_000;

export interface KafkaPublisherParts {
  readonly connection: KafkaConnection;
  readonly log: KafkaLog;
  readonly groupId: string;
  readonly topics: { readonly availability: string; readonly orders: string };
  /** The shards that this process tells: of listings by SKU, of orders by `{channel}:{orderId}`. */
  readonly shards: Shards;
  readonly store: Pick<EventStore, 'readAll' | 'append'>;
  readonly clock: Clock;
  /** Names this process among all that ever ran. */
  readonly writer: string;
  readonly numbers: NumberSource;
  readonly orders: OrderSource;
  readonly channels: () => Iterable<{ readonly id: string }>;
  /** The position of the picture at the beginning. */
  readonly position: number;
  /** True while the picture is behind the log. */
  readonly isBehind: () => boolean;
}

/**
 * Tells every change to the two compacted topics. Runs as a fold after availability. Nothing is told before its `loops`
 * run.
 */
export class KafkaPublisher implements Fold {
  /** Functions to keep running, by name. */
  readonly loops: Readonly<Record<string, (signal: AbortSignal) => Promise<void>>>;
  readonly #parts: KafkaPublisherParts;
  readonly #availability: TopicPublisher;
  readonly #orders: TopicPublisher;
  readonly #receipts: TopicReceipts;
  readonly #sleep: Sleep;
  readonly #kafka: Kafka;
  readonly #producer: Producer;
  readonly #stopListening: readonly (() => void)[];
  #connecting: Promise<void> | undefined;
  /** Why there is no connection yet, in words: no topic can say it. */
  #unconnected: string | undefined;
  #collected: ListingNumber[] = [];
  #position: number;

  constructor(parts: KafkaPublisherParts) {
    this.#parts = parts;
    this.#position = parts.position;
    this.#kafka = openKafka(parts.connection, { log: parts.log });
    // The end of these retries holds for all its requests, also for metadata: without an end it could not be stopped.
    this.#producer = openKafka(parts.connection, { log: parts.log, retry: SEND_RETRY }).producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      retry: SEND_RETRY,
    });
    this.#sleep = new Sleep(() => this.#beginAgain());
    this.#availability = this.#open(parts.topics.availability, new AvailabilityTeller(parts));
    this.#orders = this.#open(
      parts.topics.orders,
      new OrderTeller({ ...parts, position: () => this.#position }),
    );
    this.#receipts = new TopicReceipts({
      ...parts,
      heldThrough: () => this.#availability.heldThrough(this.#position),
    });
    this.#receipts.changed(parts.position); // So that one receipt is written of what the topic already holds.
    this.loops = {
      'kafka-receipts': (signal) => this.#receipts.run(signal),
      'kafka-availability': (signal) => this.#run(this.#availability, signal),
      'kafka-orders': (signal) => this.#run(this.#orders, signal),
    };
    this.#stopListening = [
      parts.numbers.onChange((number) => this.#collect(number)),
      parts.shards.onChange(() => {
        this.#receipts.divideAnew();
        this.#beginAgain();
      }),
    ];
  }

  /** How each topic is doing. */
  states(): { readonly availability: TopicState; readonly orders: TopicState } {
    return { availability: this.#availability.state, orders: this.#orders.state };
  }

  /** A problem that somebody should look at, in words; undefined if there is none. */
  get trouble(): string | undefined {
    return this.#unconnected ?? this.#availability.trouble ?? this.#orders.trouble;
  }

  figures(): { readonly availability: TopicFigures; readonly orders: TopicFigures } {
    return { availability: this.#availability.figures, orders: this.#orders.figures };
  }

  /** True if both topics hold everything that was to be told so far, as read back. */
  get isAtRest(): boolean {
    return this.#availability.isAtRest && this.#orders.isAtRest;
  }

  apply(event: RecordedEvent): void {
    this.#position = event.position;
    if (this.#collected.length > 0) this.#tellCollected();
    if (!isOfCategory(event.stream, 'order')) return;
    const key = orderNameOf(event.stream);
    if (this.#parts.shards.has(key)) this.#orders.changed({ key, position: event.position });
  }

  /** Call it once the loops have ended. */
  async close(): Promise<void> {
    for (const stop of this.#stopListening) stop();
    this.#sleep.stop();
    await within(this.#producer.disconnect(), GOODBYE_MS_MAX);
  }

  #beginAgain(): void {
    this.#availability.beginAgain();
    this.#orders.beginAgain();
  }

  #collect(number: ListingNumber): void {
    if (this.#collected.length <= COLLECTED_MAX) this.#collected.push(number);
  }

  /** When an event comes to this fold, all of its numbers have been collected. */
  #tellCollected(): void {
    const collected = this.#collected;
    this.#collected = [];
    if (collected.length > COLLECTED_MAX) return this.#availability.beginAgain();
    for (const number of collected) {
      const { channel, listing, version, sku } = number;
      if (!this.#parts.shards.has(sku)) continue;
      this.#receipts.changed(version);
      this.#availability.changed({ key: topicKey(channel, listing), position: version, number });
    }
  }

  #open(topic: string, teller: Teller): TopicPublisher {
    const { connection, log, groupId } = this.#parts;
    const link = new KafkaLink({ kafka: this.#kafka, connection, producer: this.#producer, topic, groupId });
    return new TopicPublisher({
      link,
      teller,
      pace: new Pace(this.#parts),
      beforeSend: () => this.#sleep.look(),
      onTrouble: nowAndThen((err) =>
        log.warn({ topic, err }, 'some numbers or orders could not be written to Kafka'),
      ),
      onTooLarge: (key, version) =>
        // Not as `key`: the log masks what is called so.
        log.error(
          { topic, record: key, version },
          'a record is larger than the topic accepts, and was not sent',
        ),
    });
  }

  async #run(publisher: TopicPublisher, signal: AbortSignal): Promise<void> {
    try {
      this.#connecting ??= this.#producer.connect();
      await this.#connecting;
      this.#unconnected = undefined;
    } catch (error) {
      this.#connecting = undefined;
      const trouble = kafkaTrouble(error, this.#parts.connection);
      this.#unconnected = trouble.message;
      throw trouble;
    }
    this.#sleep.start();
    await publisher.run(signal);
  }
}

/** How often the same message is logged again: not with every retry of an outage. */
const SAME_WORDS_EVERY_MS = 30_000;

function nowAndThen(say: (trouble: unknown) => void): (trouble: unknown) => void {
  let saidAt = -Infinity;
  return (trouble) => {
    if (performance.now() - saidAt < SAME_WORDS_EVERY_MS) return;
    saidAt = performance.now();
    say(trouble);
  };
}

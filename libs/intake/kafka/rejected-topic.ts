import type { IHeaders, KafkaMessage, Producer } from 'kafkajs';
import type { Rejection } from '#inventory';
import {
  askKafka,
  IMPATIENT,
  isTooLarge,
  type KafkaConnection,
  type KafkaLog,
  kafkaTrouble,
  KafkaUnavailable,
  openKafka,
  sendTo,
  topicsThere,
  within,
} from '#kafka';
import { headersOf } from './headers.ts';

/** Where records come from. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** A record that was rejected, and why. */
export interface RejectedRecord {
  readonly record: Pick<KafkaMessage, 'key' | 'value' | 'headers' | 'offset'>;
  readonly rejection: Rejection;
}

/** Bytes of one record: what the topic takes (`max.message.bytes`). */
const REJECTED_BYTES_MAX = 4 * 1024 * 1024;
/** What one record costs beside its parts. */
const RECORD_BYTES = 32;
/** Room for what the protocol and our own headers add. */
const OWN_BYTES = 16 * 1024;
/** Bytes of foreign headers and the key that go along; beyond it the longest headers are emptied. */
const HEADER_BYTES_MAX = 1024 * 1024;
/** Bytes of one send, unless a single record is longer. */
const SEND_BYTES = 512 * 1024;
const GOODBYE_MS_MAX = 3_000;

interface Outgoing {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: ReadonlyMap<string, readonly Buffer[]>;
}

interface Part {
  readonly each: RejectedRecord;
  /** As it is sent where it need not be cut further. */
  readonly outgoing: Outgoing;
}

/**
 * The topic for what is rejected: the record as it came, and why. Each partition's rejections stay in their
 * order. A connection is made when the first one comes.
 */
export class RejectedTopic {
  readonly #parts: { readonly connection: KafkaConnection; readonly topic: string; readonly log: KafkaLog };
  #producer: Promise<{ readonly producer: Producer; readonly partitions: number }> | undefined;

  constructor(parts: { connection: KafkaConnection; topic: string; log: KafkaLog }) {
    this.#parts = parts;
  }

  /** Resolves when all of them, of one partition, are in the topic. Throws KafkaUnavailable: some may be there. */
  async write(from: Place, rejected: readonly RejectedRecord[]): Promise<void> {
    let part: Part[] = [];
    let bytes = 0;
    for (const each of rejected) {
      const outgoing = outgoingOf(from, each, REJECTED_BYTES_MAX);
      const size = sizeOf(outgoing);
      if (part.length > 0 && bytes + size > SEND_BYTES) {
        await this.#sendTogether(from, part);
        [part, bytes] = [[], 0];
      }
      part.push({ each, outgoing });
      bytes += size;
    }
    await this.#sendTogether(from, part);
  }

  async close(): Promise<void> {
    const open = this.#producer;
    this.#producer = undefined;
    if (open !== undefined) {
      await within(
        open.then(({ producer }) => producer.disconnect()),
        GOODBYE_MS_MAX,
      );
    }
  }

  /** A topic that we did not make may take less than that: then one after the other. */
  async #sendTogether(from: Place, part: readonly Part[]): Promise<void> {
    if (part.length > 1) {
      try {
        return await this.#send(
          from,
          part.map(({ outgoing }) => outgoing),
        );
      } catch (error) {
        if (!isTooLarge(error)) throw error;
      }
    }
    for (const { each } of part) await this.#sendCut(from, each);
  }

  /** Or less than one record: half of the value is tried, and so on. */
  async #sendCut(from: Place, each: RejectedRecord): Promise<void> {
    for (let bytesMax = REJECTED_BYTES_MAX; ; bytesMax = Math.floor(bytesMax / 2)) {
      try {
        return await this.#send(from, [outgoingOf(from, each, bytesMax)]);
      } catch (error) {
        if (!isTooLarge(error) || bytesMax < OWN_BYTES) throw error;
      }
    }
  }

  async #send(from: Place, messages: readonly Outgoing[]): Promise<void> {
    const { topic, connection } = this.#parts;
    try {
      const { producer, partitions } = await this.#open();
      const partition = from.partition % partitions;
      const own = messages.map((message) => ({ ...message, headers: plain(message.headers) }));
      await sendTo(producer, { topic, partition }, own);
    } catch (error) {
      if (isTooLarge(error)) throw error;
      await this.close();
      throw kafkaTrouble(error, connection);
    }
  }

  #open(): Promise<{ readonly producer: Producer; readonly partitions: number }> {
    this.#producer ??= this.#connect();
    this.#producer.catch(() => (this.#producer = undefined));
    return this.#producer;
  }

  async #connect() {
    const { connection, topic, log } = this.#parts;
    const there = await askKafka(connection, (admin) => topicsThere(admin, [topic]));
    const partitions = there.get(topic)?.partitions.length ?? 0;
    if (partitions === 0) {
      throw new KafkaUnavailable(
        `The topic ${topic} does not exist, or OnHand may not write to it. Create it with \`npx onhand topics create\`; rejected messages wait until then.`,
      );
    }
    const producer = openKafka(connection, { log, retry: IMPATIENT }).producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    return { producer, partitions };
  }
}

/** As it came, cut to what the topic takes, our own headers last of their name. */
function outgoingOf(from: Place, { record, rejection }: RejectedRecord, bytesMax: number): Outgoing {
  const headers = foreignHeaders(record.headers);
  const own = new Map([
    ['onhand-code', rejection.code],
    ['onhand-detail', rejection.detail],
    ['onhand-topic', from.topic],
    ['onhand-partition', String(from.partition)],
    ['onhand-offset', record.offset],
  ]);
  const key = record.key !== null && record.key.length > HEADER_BYTES_MAX ? null : record.key;
  const room = Math.max(0, bytesMax - OWN_BYTES - headerBytes(headers) - (key?.length ?? 0));
  const { value } = record;
  const isCut = value !== null && value.length > room;
  if (isCut) own.set('onhand-cut', String(value.length));
  for (const [name, text] of own) headers.set(name, [...(headers.get(name) ?? []), Buffer.from(text)]);
  return { key, value: isCut ? value.subarray(0, room) : value, headers };
}

/** `fromEntries` makes an own field also of `__proto__`. */
const plain = (headers: Outgoing['headers']): IHeaders => Object.fromEntries(headers) as IHeaders;

/** kafkajs cannot write a header without value: it becomes an empty one. */
function foreignHeaders(told: IHeaders | undefined): Map<string, Buffer[]> {
  const headers = new Map<string, Buffer[]>();
  for (const [name, values] of headersOf(told)) {
    headers.set(
      name,
      values.map((value) => value ?? Buffer.alloc(0)),
    );
  }
  let bytes = headerBytes(headers);
  const longestFirst = [...headers].sort(([, a], [, b]) => totalBytes(b) - totalBytes(a));
  for (const [name, values] of longestFirst) {
    if (bytes <= HEADER_BYTES_MAX) break;
    headers.set(name, [Buffer.alloc(0)]);
    bytes -= totalBytes(values);
  }
  return headers;
}

const totalBytes = (values: readonly Buffer[]): number => values.reduce((sum, { length }) => sum + length, 0);

/** With what a header costs beside its name and value. */
function headerBytes(headers: ReadonlyMap<string, readonly Buffer[]>): number {
  let sum = 0;
  for (const [name, values] of headers) {
    sum += values.length * (Buffer.byteLength(name) + 10) + totalBytes(values);
  }
  return sum;
}

const sizeOf = ({ key, value, headers }: Outgoing): number =>
  (key?.length ?? 0) + (value?.length ?? 0) + headerBytes(headers) + RECORD_BYTES;

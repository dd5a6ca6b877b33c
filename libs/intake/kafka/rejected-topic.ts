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

/** The partition that records come from. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** A record that was rejected, and why. */
export interface RejectedRecord {
  readonly record: Pick<KafkaMessage, 'key' | 'value' | 'headers' | 'offset'>;
  readonly rejection: Rejection;
}

/** The largest record that the topic takes, in bytes (`max.message.bytes`). */
const REJECTED_BYTES_MAX = 4 * 1024 * 1024;
/** Bytes of a record beside its key, value and headers. */
const RECORD_BYTES = 32;
/** Room for what the protocol and our own headers add. */
const OWN_BYTES = 16 * 1024;
/** The part of a record that its own key may take, and its headers: a quarter each. */
const KEY_AND_HEADER_PARTS = 4;
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
  /** The record, cut to REJECTED_BYTES_MAX at most. */
  readonly outgoing: Outgoing;
}

/**
 * The topic of rejected records: each as it came, with the reason. Rejections of one partition keep their order. The
 * connection is opened for the first of them.
 */
export class RejectedTopic {
  readonly #parts: { readonly connection: KafkaConnection; readonly topic: string; readonly log: KafkaLog };
  #producer: Promise<{ readonly producer: Producer; readonly partitions: number }> | undefined;

  constructor(parts: { connection: KafkaConnection; topic: string; log: KafkaLog }) {
    this.#parts = parts;
  }

  /** Resolves when all of these, from one partition, are in the topic. If it throws KafkaUnavailable some may be there. */
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

  /** Sends them in one batch or, if the topic does not take so large a one, one by one. */
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

  /** If the topic does not take so large a record, sends half of it, and so on. */
  async #sendCut(from: Place, each: RejectedRecord): Promise<void> {
    for (let bytesMax = REJECTED_BYTES_MAX; bytesMax >= OWN_BYTES / 2; bytesMax = Math.floor(bytesMax / 2)) {
      try {
        return await this.#send(from, [outgoingOf(from, each, bytesMax)]);
      } catch (error) {
        if (!isTooLarge(error)) throw error;
      }
    }
    throw new KafkaUnavailable(
      `The topic ${this.#parts.topic} takes no record as large as the reason for a rejection. Set its max.message.bytes to ${REJECTED_BYTES_MAX}; rejected messages wait until then.`,
    );
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
      throw kafkaTrouble(error, connection, topic);
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

/** The record as it came, cut to what the topic takes. Of headers with the same name ours is the last. */
function outgoingOf(from: Place, { record, rejection }: RejectedRecord, bytesMax: number): Outgoing {
  const partMax = Math.floor(bytesMax / KEY_AND_HEADER_PARTS);
  const headers = foreignHeaders(record.headers, partMax);
  const own = new Map([
    ['onhand-code', rejection.code],
    ['onhand-detail', rejection.detail],
    ['onhand-topic', from.topic],
    ['onhand-partition', String(from.partition)],
    ['onhand-offset', record.offset],
  ]);
  const key = record.key !== null && record.key.length > partMax ? null : record.key;
  const room = Math.max(0, bytesMax - OWN_BYTES - headerBytes(headers) - (key?.length ?? 0));
  const { value } = record;
  const isCut = value !== null && value.length > room;
  if (isCut) own.set('onhand-cut', String(value.length));
  for (const [name, text] of own) headers.set(name, [...(headers.get(name) ?? []), Buffer.from(text)]);
  return { key, value: isCut ? value.subarray(0, room) : value, headers };
}

/** As an object. `fromEntries` makes even `__proto__` an own property. */
const plain = (headers: Outgoing['headers']): IHeaders => Object.fromEntries(headers) as IHeaders;

/**
 * kafkajs cannot write a header without a value: it becomes an empty one. If there are more bytes than allowed, the longest
 * headers are emptied; if their names are too many, the last are left out.
 */
function foreignHeaders(told: IHeaders | undefined, bytesMax: number): Map<string, Buffer[]> {
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
    if (bytes <= bytesMax) break;
    headers.set(name, [Buffer.alloc(0)]);
    bytes -= bytesOf(name, values) - bytesOf(name, [Buffer.alloc(0)]);
  }
  for (const [name, values] of [...headers].reverse()) {
    if (bytes <= bytesMax) break;
    headers.delete(name);
    bytes -= bytesOf(name, values);
  }
  return headers;
}

const totalBytes = (values: readonly Buffer[]): number => values.reduce((sum, { length }) => sum + length, 0);

/** Includes what a header takes beside its name and value. */
const bytesOf = (name: string, values: readonly Buffer[]): number =>
  values.length * (Buffer.byteLength(name) + 10) + totalBytes(values);

function headerBytes(headers: ReadonlyMap<string, readonly Buffer[]>): number {
  let sum = 0;
  for (const [name, values] of headers) sum += bytesOf(name, values);
  return sum;
}

const sizeOf = ({ key, value, headers }: Outgoing): number =>
  (key?.length ?? 0) + (value?.length ?? 0) + headerBytes(headers) + RECORD_BYTES;

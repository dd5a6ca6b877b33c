import type { KafkaMessage } from 'kafkajs';
import { once, replaceInside } from './mend.ts';

/** What kafkajs passes on about the batch of a record. */
export interface BatchContext {
  readonly magicByte?: number;
  readonly isControlBatch?: boolean;
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp?: string;
  readonly timestampType?: number;
}

type Headers = NonNullable<KafkaMessage['headers']>;
type Header = readonly [name: string, value: Buffer | null];

const LOG_APPEND_TIME = 1;
const MORE_TO_COME = 0x80;
const SEVEN_BITS = 0x7f;
const ABSENT = -1;

/**
 * kafkajs 2.2.4 computes each record's offset and time with some ten 64-bit objects, and copies all headers of a record
 * once for each of them. A record with 8,000 headers stops the whole process for half a minute, and then does so again, for
 * meanwhile the group has given the partition away. Here offsets and times are plain numbers, and time and headers are
 * read only when they are asked for. Call it before the first connection: the client loads its modules when it first needs them.
 */
export const mendRecordReader = once(() => {
  replaceInside(
    'protocol/recordBatch/record/v0/decoder',
    ({ buffer, offset }: { readonly buffer: Buffer; readonly offset: number }, batch: BatchContext) =>
      new ReadRecord(buffer, offset, batch),
  );
});

/** A record as kafkajs hands it out. */
export class ReadRecord {
  readonly attributes: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
  readonly #timestampDelta: number;
  readonly #bytes: Buffer;
  readonly #headersAt: number;

  constructor(bytes: Buffer, start: number, batch: BatchContext) {
    at = start;
    this.attributes = bytes.readInt8(at++);
    this.#timestampDelta = readVarLong(bytes);
    this.offset = sum(batch.firstOffset, readVarInt(bytes));
    this.key = readContent(bytes);
    this.value = readContent(bytes);
    this.isControlRecord = batch.isControlBatch ?? false;
    this.batchContext = batch;
    this.#bytes = bytes;
    this.#headersAt = at;
  }

  get magicByte(): number | undefined {
    return this.batchContext.magicByte;
  }

  /** Milliseconds since 1970. */
  get timestamp(): string {
    const { timestampType, firstTimestamp, maxTimestamp } = this.batchContext;
    if (timestampType === LOG_APPEND_TIME && maxTimestamp) return maxTimestamp;
    return sum(firstTimestamp, this.#timestampDelta);
  }

  get headers(): Headers {
    at = this.#headersAt;
    return grouped(readHeaders(this.#bytes));
  }
}

/** Where the next field is read. One for all reads, which are synchronous: passing it on costs time. */
let at = 0;

function readHeaders(bytes: Buffer): readonly Header[] {
  const headers: Header[] = [];
  for (let left = readVarInt(bytes); left > 0 && at < bytes.length; left--) {
    const name = readContent(bytes)?.toString() ?? '';
    headers.push([name, readContent(bytes)]);
  }
  return headers;
}

/** By name, as the client does it: one value for a name that occurs once, else a list of them. */
function grouped(headers: readonly Header[]): Headers {
  const valuesOf = new Map<string, Header[1][]>();
  for (const [name, value] of headers) {
    const values = valuesOf.get(name);
    if (values === undefined) valuesOf.set(name, [value]);
    else values.push(value);
  }
  return Object.fromEntries(
    [...valuesOf].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  ) as Headers;
}

function readContent(bytes: Buffer): Buffer | null {
  const length = readVarInt(bytes);
  if (length === ABSENT) return null;
  const content = bytes.subarray(at, at + length);
  at += length;
  return content;
}

/** 32 bits in groups of seven; zigzag: numbers near 0 are short, whatever their sign. */
function readVarInt(bytes: Buffer): number {
  let value = 0;
  for (let bits = 0; ; bits += 7) {
    const byte = bytes[at++]!;
    value |= (byte & SEVEN_BITS) << bits;
    if (!(byte >= MORE_TO_COME)) return (value >>> 1) ^ -(value & 1);
  }
}

/** The same for more than 32 bits. */
function readVarLong(bytes: Buffer): number {
  let value = 0;
  for (let unit = 1; ; unit *= MORE_TO_COME) {
    const byte = bytes[at++]!;
    value += (byte & SEVEN_BITS) * unit;
    if (!(byte >= MORE_TO_COME)) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/** `first` is a 64-bit number in decimal. */
function sum(first: string, delta: number): string {
  const value = Number(first) + delta;
  return Number.isSafeInteger(value) ? String(value) : String(BigInt(first) + BigInt(delta));
}

import { once, replaceInside } from './mend.ts';

type Content = string | Buffer | null;

/** A record as kafkajs passes it on to be written. */
export interface RecordToWrite {
  /** Counted from the first of its batch. */
  readonly offsetDelta?: number;
  /** Milliseconds since the first of its batch: 0 if they are sent together. */
  readonly timestampDelta?: number;
  readonly key?: Content;
  readonly value?: Content;
  readonly headers?: Readonly<Record<string, Content | readonly Content[]>>;
}

/** Of 32 bits, in groups of seven. */
const VARINT_BYTES_MAX = 5;
const VARLONG_BYTES_MAX = 10;
const UTF8_BYTES_PER_UNIT_MAX = 3;
const MORE_TO_COME = 0x80;
const SEVEN_BITS = 0x7f;
const SHORT_UNITS_MAX = 40;
const ASCII_MAX = 0x7f;
const NO_ATTRIBUTES = 0;
const ABSENT = -1;

/**
 * kafkajs 2.2.4 allocates 512 zeroed bytes for every record and every header of it, and two more objects for every length
 * that it writes: some 25 µs for a record of ours. Here a record is written in one go into memory that all of them share,
 * and then copied out: 3 µs. The bytes are the same. Call it before the first connection: the client loads its modules
 * when it first needs them.
 */
export const mendRecordWriter = once(() => {
  replaceInside('protocol/recordBatch/record/v0', writeRecord);
});

/** The members of a written record that kafkajs uses. */
class WrittenRecord {
  readonly buf: Buffer;

  constructor(bytes: Buffer) {
    this.buf = bytes;
  }

  get buffer(): Buffer {
    return this.buf;
  }

  size(): number {
    return this.buf.length;
  }
}

/** Holds the record that is being written, after some room for its length. */
let page = Buffer.allocUnsafe(16 * 1024);
let end = 0;

export function writeRecord(record: RecordToWrite): WrittenRecord {
  const { offsetDelta = 0, timestampDelta = 0, key = null, value = null, headers = {} } = record;
  end = VARINT_BYTES_MAX;
  writeByte(NO_ATTRIBUTES);
  writeVarLong(timestampDelta);
  writeVarInt(offsetDelta);
  writeContent(key);
  writeContent(value);
  writeHeaders(headers);
  const length = zigZag(end - VARINT_BYTES_MAX);
  const start = VARINT_BYTES_MAX - sizeOfVarUInt(length);
  const bytes = Buffer.allocUnsafe(end - start);
  page.copy(bytes, 0, start, end);
  writeVarUIntInto(bytes, 0, length);
  return new WrittenRecord(bytes);
}

function writeHeaders(headers: NonNullable<RecordToWrite['headers']>): void {
  const names = Object.keys(headers);
  let count = 0;
  for (const name of names) {
    const value = headers[name]!;
    count += isMany(value) ? value.length : 1;
  }
  writeVarInt(count);
  for (const name of names) {
    const value = headers[name]!;
    if (isMany(value)) for (const each of value) writeHeader(name, each);
    else writeHeader(name, value);
  }
}

const isMany = (value: Content | readonly Content[]): value is readonly Content[] => Array.isArray(value);

function writeHeader(name: string, value: Content): void {
  writeContent(name);
  writeContent(value);
}

/** Preceded by its length. */
function writeContent(content: Content): void {
  if (content === null) return writeVarInt(ABSENT);
  if (typeof content === 'string') return writeText(content);
  writeVarInt(content.length);
  makeRoom(content.length);
  end += content.copy(page, end);
}

function writeText(text: string): void {
  makeRoom(VARINT_BYTES_MAX + text.length * UTF8_BYTES_PER_UNIT_MAX);
  if (text.length <= SHORT_UNITS_MAX && wroteAscii(text)) return;
  const length = Buffer.byteLength(text);
  writeVarInt(length);
  end += page.write(text, end, length);
}

/** Most texts are short names and ids: writing their letters here takes less time than a call of `Buffer.write`. */
function wroteAscii(text: string): boolean {
  let next = writeVarUIntInto(page, end, zigZag(text.length));
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > ASCII_MAX) return false;
    page[next++] = unit;
  }
  end = next;
  return true;
}

function writeByte(byte: number): void {
  makeRoom(1);
  page[end++] = byte;
}

function writeVarInt(value: number): void {
  makeRoom(VARINT_BYTES_MAX);
  end = writeVarUIntInto(page, end, zigZag(value));
}

function writeVarLong(value: number): void {
  if (value === (value | 0)) return writeVarInt(value);
  makeRoom(VARLONG_BYTES_MAX);
  let left = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  for (; left > SEVEN_BITS; left >>= 7n) page[end++] = Number(left & BigInt(SEVEN_BITS)) | MORE_TO_COME;
  page[end++] = Number(left);
}

/** Maps 0, -1, 1, -2 to 0, 1, 2, 3: numbers near 0 are written in few bytes, whatever their sign. */
const zigZag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;

/** Returns where it ends. */
function writeVarUIntInto(bytes: Buffer, at: number, value: number): number {
  let left = value;
  for (; left > SEVEN_BITS; left >>>= 7) bytes[at++] = (left & SEVEN_BITS) | MORE_TO_COME;
  bytes[at++] = left;
  return at;
}

function sizeOfVarUInt(value: number): number {
  let bytes = 1;
  for (let left = value; left > SEVEN_BITS; left >>>= 7) bytes++;
  return bytes;
}

function makeRoom(bytes: number): void {
  if (end + bytes <= page.length) return;
  const larger = Buffer.allocUnsafe((end + bytes) * 2);
  page.copy(larger, 0, 0, end);
  page = larger;
}

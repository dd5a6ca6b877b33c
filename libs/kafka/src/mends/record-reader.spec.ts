import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { KafkaMessage } from 'kafkajs';
import { type BatchContext, mendRecordReader, ReadRecord } from './record-reader.ts';

type Headers = readonly (readonly [name: string, value: Buffer | null])[];
type Read = Pick<
  ReadRecord,
  'attributes' | 'magicByte' | 'offset' | 'timestamp' | 'key' | 'value' | 'headers'
>;

const require = createRequire(import.meta.url);
const RECORD = 'kafkajs/src/protocol/recordBatch/record/v0/decoder';
/** As it is shipped. */
const readAsBefore = require(RECORD) as (decoder: object, batch: BatchContext) => Read;
const Encoder = require('kafkajs/src/protocol/encoder') as new () => Encoder;
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;

interface Encoder {
  readonly buffer: Buffer;
  writeInt8(value: number): Encoder;
  writeVarInt(value: number): Encoder;
  writeVarLong(value: number): Encoder;
  writeVarIntBytes(value: Buffer | null): Encoder;
  writeVarIntString(value: string): Encoder;
}

interface Record {
  readonly attributes: number;
  readonly timestampDelta: number;
  readonly offsetDelta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** The client itself writes no name of a header twice in another order. */
function bytesOf(record: Record): Buffer {
  const { attributes, timestampDelta, offsetDelta, key, value, headers } = record;
  const bytes = new Encoder().writeInt8(attributes).writeVarLong(timestampDelta).writeVarInt(offsetDelta);
  bytes.writeVarIntBytes(key).writeVarIntBytes(value).writeVarInt(headers.length);
  for (const [name, content] of headers) bytes.writeVarIntString(name).writeVarIntBytes(content);
  return bytes.buffer;
}

const BATCH: BatchContext = { firstOffset: '0', firstTimestamp: '0', magicByte: 2 };
const EMPTY: Record = {
  ...{ attributes: 0, timestampDelta: 0, offsetDelta: 0, key: null, value: null, headers: [] },
};
const headersOf = (headers: Headers): KafkaMessage['headers'] =>
  new ReadRecord(bytesOf({ ...EMPTY, headers }), 0, BATCH).headers;

/** Few names, so that many are there more than once; the client trips over those that every object has. */
const name = fc.oneof(
  fc.constantFrom('a', 'b', '', '7', '1', 'ce_id'),
  fc.string({ unit: 'grapheme', maxLength: 9 }).filter((each) => !(each in {})),
);
const content = fc.option(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  { nil: null },
);
const record: fc.Arbitrary<Record> = fc.record({
  attributes: fc.integer({ min: -128, max: 127 }),
  timestampDelta: fc.oneof(fc.nat(9_000), fc.integer({ min: -2e12, max: 2e12 })),
  offsetDelta: fc.nat(2 ** 31 - 1),
  key: content,
  value: content,
  headers: fc.array(fc.tuple(name, content), { maxLength: 30 }),
});
const number = fc.bigInt({ min: 0n, max: 2n ** 62n }).map(String);
const batch: fc.Arbitrary<BatchContext> = fc.record(
  {
    magicByte: fc.constant(2),
    isControlBatch: fc.boolean(),
    firstOffset: fc.oneof(fc.nat().map(String), number),
    firstTimestamp: fc.oneof(fc.integer({ min: -1, max: 2e12 }).map(String), number),
    maxTimestamp: number,
    timestampType: fc.constantFrom(0, 1),
  },
  { requiredKeys: ['firstOffset', 'firstTimestamp'] },
);

describe('a record that the client reads', () => {
  it('is what the client itself would read', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(record, batch), { minLength: 1, maxLength: 9 }), (records) => {
        const read = records.map(([each, inBatch]) => new ReadRecord(bytesOf(each), 0, inBatch));
        for (const [index, [each, inBatch]] of records.entries()) {
          const before = readAsBefore(new Decoder(bytesOf(each)), inBatch);
          for (const name of Object.keys(before) as (keyof Read)[]) {
            expect(read[index]![name]).toEqual(before[name]);
          }
          expect(Object.keys(read[index]!.headers)).toEqual(Object.keys(before.headers));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is read by our code in the client itself, wherever it begins', () => {
    mendRecordReader();
    const bytes = Buffer.concat([Buffer.alloc(3), bytesOf({ ...EMPTY, key: Buffer.from('key') })]);
    const read = (require(RECORD) as typeof readAsBefore)({ buffer: bytes, offset: 3 }, BATCH);
    expect(read).toBeInstanceOf(ReadRecord);
    expect(read.key?.toString()).toBe('key');
  });
});

describe('the headers of a record', () => {
  it('are only those that were sent, also where one is named like an inherited property', () => {
    const sent = Buffer.from('sent');
    const headers = headersOf([['toString', sent], ['__proto__', sent]]); // prettier-ignore
    expect(Object.entries(headers!)).toEqual([['toString', sent], ['__proto__', sent]]); // prettier-ignore
  });

  it('are all read, however many have one name', () => {
    const values = Array.from({ length: 8_000 }, (_, n) => Buffer.from(String(n)));
    expect(headersOf(values.map((value) => ['a', value]))).toEqual({ a: values });
  });

  it('end where the record ends, whatever number of them it claims', () => {
    const whole = bytesOf({ ...EMPTY, headers: [['a', Buffer.from('1')]] }); // prettier-ignore
    const told = Buffer.concat([
      whole.subarray(0, 5),
      new Encoder().writeVarInt(2 ** 31 - 1).buffer,
      whole.subarray(6),
    ]);
    expect(new ReadRecord(told, 0, BATCH).headers).toEqual({ a: Buffer.from('1') });
  });
});

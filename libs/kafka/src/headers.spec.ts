import { createRequire } from 'node:module';
import fc from 'fast-check';
import { type HeaderDecoder, mendHeaders } from './headers.ts';

type Headers = readonly (readonly [name: string, value: Buffer | null])[];

const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder') as new () => Encoder;
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => HeaderDecoder;
const readHeader = require('kafkajs/src/protocol/recordBatch/header/v0/decoder') as Parameters<
  HeaderDecoder['readVarIntArray']
>[0];
const readRecord = require('kafkajs/src/protocol/recordBatch/record/v0/decoder') as (
  decoder: object,
  batch: object,
) => { readonly headers: Readonly<Record<string, unknown>> };

interface Encoder {
  readonly buffer: Buffer;
  writeInt8(value: number): Encoder;
  writeVarInt(value: number): Encoder;
  writeVarIntBytes(value: Buffer | null): Encoder;
  writeVarIntString(value: string): Encoder;
}

/** Of a record with nothing but headers; the client itself writes no name twice in another order. */
function read(headers: Headers): Readonly<Record<string, unknown>> {
  const record = new Encoder().writeInt8(0).writeInt8(0).writeVarInt(0);
  record.writeVarIntBytes(null).writeVarIntBytes(null).writeVarInt(headers.length);
  for (const [name, value] of headers) record.writeVarIntString(name).writeVarIntBytes(value);
  return readRecord(new Decoder(record.buffer), { firstOffset: '0', firstTimestamp: '0' }).headers;
}

/** Few names, so that many are there more than once; the client trips over those that every object has. */
const name = fc.oneof(
  fc.constantFrom('a', 'b', '', '7', '1', 'ce_id'),
  fc.string({ unit: 'grapheme', maxLength: 9 }).filter((each) => !(each in {})),
);
const value = fc.option(
  fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
  { nil: null },
);
const headersOfOne = fc.array(fc.tuple(name, value), { maxLength: 30 });

describe('the headers of a record', () => {
  it('are what they were before it was mended', () => {
    const records = fc.sample(headersOfOne, { numRuns: 300, seed: 4 });
    const before = records.map(read);
    mendHeaders();
    for (const [index, headers] of records.entries()) {
      const after = read(headers);
      expect(after).toEqual(before[index]);
      expect(Object.keys(after)).toEqual(Object.keys(before[index]!));
    }
  });

  it('are only those that were sent, also where every object has one of that name', () => {
    mendHeaders();
    const sent = Buffer.from('sent');
    const headers = read([['toString', sent], ['__proto__', sent]]); // prettier-ignore
    expect(Object.entries(headers)).toEqual([['toString', sent], ['__proto__', sent]]); // prettier-ignore
  });

  it('are each looked at once: what the client does for each of them is done for none', () => {
    mendHeaders();
    const values = Array.from({ length: 1_000 }, (_, n) => Buffer.from(String(n)));
    const encoded = new Encoder().writeVarInt(values.length);
    for (const value of values) encoded.writeVarIntString('a').writeVarIntBytes(value);
    let copies = 0;
    const copy = (all: object): object => ((copies += 1), all);
    const headers = new Decoder(encoded.buffer).readVarIntArray(readHeader).reduce<object>(copy, {});
    expect(headers).toEqual({ a: values });
    expect(copies).toBe(0);
  });
});

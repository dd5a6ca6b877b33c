import { createRequire } from 'node:module';
import fc from 'fast-check';
import { mendRecordWriter, type RecordToWrite, writeRecord } from './record-writer.ts';

const require = createRequire(import.meta.url);
const RECORD = 'kafkajs/src/protocol/recordBatch/record/v0';
/** As it is shipped. */
const writeAsBefore = require(RECORD) as typeof writeRecord;

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
const text = fc.oneof(fc.string({ maxLength: 90 }), fc.string({ unit: 'grapheme', maxLength: 300 }));
const bytes = fc.uint8Array({ maxLength: 70_000, size: 'max' }).map(bufferOf);
const content = fc.oneof(text, bytes, fc.constant(null));
const header = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 600 }).map(bufferOf),
  fc.array(text, { maxLength: 3 }),
);
const record: fc.Arbitrary<RecordToWrite> = fc.record(
  {
    offsetDelta: fc.nat(2 ** 31 - 1),
    timestampDelta: fc.oneof(fc.nat(9_000), fc.integer({ min: -2e12, max: 2e12 })),
    key: content,
    value: content,
    headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 200 }), header, { maxKeys: 8 }),
  },
  { requiredKeys: [] },
);

describe('a record that the client writes', () => {
  it('is to the byte what the client itself would write', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
        const written = records.map((each) => writeRecord(each));
        for (const [index, each] of records.entries()) {
          expect(written[index]!.buffer.equals(writeAsBefore(each).buffer)).toBe(true);
          expect(written[index]!.size()).toBe(written[index]!.buffer.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is written by our code in the client itself', async () => {
    mendRecordWriter();
    expect(require(RECORD)).toBe(writeRecord);
    const produce = require('kafkajs/src/protocol/requests/produce/v3/request') as (parts: object) => {
      encode(): Promise<{ readonly buffer: Buffer }>;
    };
    const messages = [
      { key: 'a', value: 'first', headers: { name: 'Grün' } },
      { key: null, value: 'second' },
    ];
    const partitions = [{ partition: 7, messages }];
    const request = await produce({ acks: -1, timeout: 1, topicData: [{ topic: 't', partitions }] }).encode();
    const [first, second] = messages.map((message, offsetDelta) =>
      writeAsBefore({ ...message, offsetDelta }),
    );
    expect(request.buffer.includes(Buffer.concat([first!.buffer, second!.buffer]))).toBe(true);
  });
});

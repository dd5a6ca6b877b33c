import { createRequire } from 'node:module';
import fc from 'fast-check';
import { mendEncoding } from './encoding.ts';

interface Message {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers: Readonly<Record<string, string | Buffer | string[]>>;
  readonly timestamp?: string;
}

const require = createRequire(import.meta.url);
const produce = require('kafkajs/src/protocol/requests/produce/v3/request') as (parts: object) => {
  encode(): Promise<{ readonly buffer: Buffer }>;
};
const Decoder = require('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => object;
const readBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: object) => Promise<{
  readonly records: readonly { readonly headers: object; readonly key: Buffer | null }[];
}>;

/** What stands before the batch in a request to one partition of a topic with a name of one letter. */
const BEFORE_THE_BATCH = 2 + 2 + 4 + 4 + 3 + 4 + 4 + 4;

async function bytesOf(messages: readonly Message[], firstSequence: number): Promise<Buffer> {
  const partitions = [{ partition: 7, firstSequence, messages }];
  return (await produce({ acks: -1, timeout: 10_000, topicData: [{ topic: 't', partitions }] }).encode())
    .buffer;
}

const readBack = async (bytes: Buffer) =>
  (await readBatch(new Decoder(bytes.subarray(BEFORE_THE_BATCH)))).records;

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const content = fc.oneof(text, fc.uint8Array({ maxLength: 5_000 }).map(bufferOf), fc.constant(null));
const header = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 600 }).map(bufferOf),
  fc.array(text, { maxLength: 3 }),
);
const message: fc.Arbitrary<Message> = fc.record(
  {
    key: content,
    value: content,
    headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 200 }), header, { maxKeys: 8 }),
    timestamp: fc.integer({ min: 0, max: 2_000_000_000_000 }).map(String),
  },
  { requiredKeys: ['key', 'value', 'headers'] },
);
const request = fc.tuple(
  fc.array(message, { minLength: 1, maxLength: 40 }),
  fc.integer({ min: -1, max: 2 ** 31 - 1 }),
);

const { now } = Date;
beforeAll(() => {
  Date.now = () => 1_795_298_733_174; // A batch bears the time at which it was written.
});
afterAll(() => {
  Date.now = now;
});

describe('what the client writes', () => {
  it('is to the byte what it was before it was mended', async () => {
    const requests = fc.sample(request, { numRuns: 80, seed: 4 });
    const before: Buffer[] = [];
    const readBefore: unknown[] = [];
    for (const [messages, sequence] of requests) {
      before.push(await bytesOf(messages, sequence));
      readBefore.push(await readBack(before.at(-1)!));
    }
    mendEncoding();
    for (const [index, [messages, sequence]] of requests.entries()) {
      const after = await bytesOf(messages, sequence);
      expect(after.equals(before[index]!)).toBe(true);
      expect(await readBack(after)).toEqual(readBefore[index]);
    }
  });

  it('takes no memory before it is needed', () => {
    mendEncoding();
    const Encoder = require('kafkajs/src/protocol/encoder') as new () => { readonly buf: Buffer };
    expect(new Encoder().buf).toHaveLength(0);
  });
});

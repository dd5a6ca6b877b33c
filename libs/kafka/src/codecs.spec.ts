import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import { registerCodecs } from './codecs.ts';
import { BatchUnreadable } from './stand-in.ts';

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

const { CompressionCodecs, CompressionTypes } = kafkajs;
const codec = (type: number): Codec => (CompressionCodecs as unknown as Record<number, () => Codec>)[type]!();
const snappy = createRequire(import.meta.url)('snappyjs') as { compress(bytes: Buffer): Buffer };
const TEXT = Buffer.from('how much of what is where, '.repeat(1_000));

beforeAll(registerCodecs);

describe('codecs of batches', () => {
  it.each(['GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const)('%s unpacks what it has packed', async (name) => {
    const own = codec(CompressionTypes[name]);
    const packed = await own.compress({ buffer: TEXT });
    expect(packed.length).toBeLessThan(TEXT.length / 5);
    expect((await own.decompress(packed)).equals(TEXT)).toBe(true);
  });

  it.each(['GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const)(
    '%s says of what is damaged that it must be skipped, and never that the client has a bug',
    async (name) => {
      const own = codec(CompressionTypes[name]);
      const packed = await own.compress({ buffer: TEXT });
      for (const broken of [packed.subarray(0, packed.length / 2), Buffer.alloc(40, 0xab)])
        await expect(own.decompress(broken)).rejects.toThrow(BatchUnreadable);
    },
  );

  it('Snappy reads the framing of Java clients: blocks behind their lengths', async () => {
    const half = TEXT.length / 2;
    const blocks = [TEXT.subarray(0, half), TEXT.subarray(half)].map((part) => snappy.compress(part));
    const framed = Buffer.concat([
      Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
      ...blocks.flatMap((block) => [lengthOf(block), block]),
    ]);
    expect((await codec(CompressionTypes.Snappy).decompress(framed)).equals(TEXT)).toBe(true);
  });
});

function lengthOf(block: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(block.length);
  return length;
}

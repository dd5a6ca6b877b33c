import { createRequire } from 'node:module';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import { BATCH_BYTES_MAX, registerCodecs } from './codecs.ts';
import { lz4Bytes } from './lz4-bytes.ts';
import { STAND_IN_HEADER } from './stand-in.ts';

const require = createRequire(import.meta.url);
const snappy = require('snappyjs') as { compress(bytes: Buffer): Buffer };
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (
  decoder: object,
) => Promise<{ readonly records: readonly DecodedRecord[] }>;

interface DecodedRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}

const FIRST_OFFSET = 1_000;
const TYPE = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

/** A batch as a broker hands it out, behind other bytes of an answer. */
function batchOf({
  type,
  count,
  last,
  packed,
}: {
  type: number;
  count: number;
  last: number;
  packed: Buffer;
}) {
  const head = Buffer.alloc(61);
  head.writeBigInt64BE(BigInt(FIRST_OFFSET), 0);
  head.writeInt32BE(49 + packed.length, 8);
  head.writeInt8(2, 16); // Magic.
  head.writeInt16BE(type, 21);
  head.writeInt32BE(last, 23);
  head.writeBigInt64BE(-1n, 43);
  head.writeInt32BE(count, 57);
  return Buffer.concat([Buffer.alloc(100), head, packed]).subarray(100);
}

const decode = async (parts: Parameters<typeof batchOf>[0]): Promise<readonly DecodedRecord[]> =>
  (await decodeBatch(new Decoder(batchOf(parts)))).records;

describe('a batch that is too large once it is unpacked', () => {
  let bomb: Buffer;

  beforeAll(() => {
    registerCodecs();
    bomb = Buffer.alloc(BATCH_BYTES_MAX + 1);
  });

  it.each([
    ['gzip', () => gzipSync(bomb, { level: 1 })],
    ['zstd', () => zstdCompressSync(bomb)],
    ['lz4', () => compressFrameSync(bomb)],
    [
      'snappy',
      () => Buffer.concat([Buffer.from([0x81, 0x80, 0x80, 0x80, 0x01]), snappy.compress(Buffer.alloc(9))]),
    ],
  ] as const)('by %s is replaced by as many empty records, at their offsets', async (name, pack) => {
    const records = await decode({ type: TYPE[name], count: 300, last: 310, packed: pack() });
    expect(records).toHaveLength(300);
    expect(records.slice(0, 2).map(({ offset }) => offset)).toEqual(['1000', '1001']);
    expect(records.at(-1)!.offset).toBe('1310');
    expect(records.every(({ key, value }) => key === null && value === null)).toBe(true);
    expect(records.every(({ headers }) => Object.hasOwn(headers, STAND_IN_HEADER))).toBe(true);
  });

  it('is replaced also where it has as many records as can be taken', async () => {
    const packed = gzipSync(bomb, { level: 1 });
    const records = await decode({ type: TYPE.gzip, count: 200_000, last: 199_999, packed });
    expect(records).toHaveLength(200_000);
    expect(records.at(-1)!.offset).toBe('200999');
  });

  it('is an error where it cannot be unpacked at all', async () => {
    const packed = Buffer.from('no gzip');
    await expect(decode({ type: TYPE.gzip, count: 1, last: 0, packed })).rejects.toThrow('header');
  });
});

describe('a batch of more records than can be taken', () => {
  it.each(Object.entries(TYPE))(
    'by %s is refused with its offsets before it is unpacked',
    async (_, type) => {
      registerCodecs();
      const packed = Buffer.from('whatever');
      await expect(decode({ type, count: 200_001, last: 200_010, packed })).rejects.toMatchObject({
        message: expect.stringContaining(
          'offsets 1000 to 201010 of a partition has 200001 records',
        ) as string,
        retriable: false,
      });
    },
  );
});

describe('the estimate of how large an lz4 frame becomes', () => {
  it.each([0, 1, 1_000, 70_000, 1_000_000])(
    'is never too low, and at most about twice: %d bytes',
    (length) => {
      const random = Buffer.from(Array.from({ length }, (_, index) => (index * 7_919) % 251));
      for (const bytes of [Buffer.alloc(length), random]) {
        const most = lz4Bytes(compressFrameSync(bytes));
        expect(most).toBeGreaterThanOrEqual(length);
        expect(most).toBeLessThan(2 * length + (1 << 16));
      }
    },
  );
});

import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { lz4Bytes } from './lz4-bytes.ts';
import { damaged, refuseTooMany, standIn } from './stand-in.ts';

/** How large a batch may be when it is unpacked; the broker limits only its compressed size. More is a bomb. */
export const BATCH_BYTES_MAX = 256 * 1024 * 1024;

/** kafkajs passes its own encoder to `compress`, and a buffer to `decompress`. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/** The package has no types. `uncompress` throws if the result would be longer than `lengthMax`. */
const snappy = createRequire(import.meta.url)('snappyjs') as {
  compress(bytes: Buffer): Buffer;
  uncompress(bytes: Buffer, lengthMax: number): Buffer;
};

const limit = { maxOutputLength: BATCH_BYTES_MAX };

const gzipCodec = guarded({
  compress: ({ buffer }) => promisify(gzip)(buffer),
  decompress: (bytes) => promisify(gunzip)(bytes, limit),
});
const zstdCodec = guarded({
  compress: ({ buffer }) => promisify(zstdCompress)(buffer),
  decompress: (bytes) => promisify(zstdDecompress)(bytes, limit),
});
const lz4Codec = guarded({
  compress: ({ buffer }) => compressFrame(buffer),
  decompress: (bytes) =>
    lz4Bytes(bytes) > BATCH_BYTES_MAX ? Promise.reject(tooLong()) : decompressFrame(bytes),
});
const snappyCodec = guarded({
  compress: ({ buffer }) => Promise.resolve(snappy.compress(buffer)),
  decompress: (bytes) => Promise.resolve(unpackXerial(bytes) ?? snappy.uncompress(bytes, BATCH_BYTES_MAX)),
});

/** Puts stand-ins in the place of a batch that would become too long; a batch of too many records is not even unpacked. */
function guarded(codec: Codec): Codec {
  const decompress = async (bytes: Buffer): Promise<Buffer> => {
    refuseTooMany(bytes);
    try {
      return await codec.decompress(bytes);
    } catch (error) {
      if (isTooLong(error)) return standIn(bytes);
      throw damaged(bytes, error);
    }
  };
  return { ...codec, decompress };
}

const TOO_LONG = 'ERR_BUFFER_TOO_LARGE';
const tooLong = (): Error => Object.assign(new Error('A batch becomes too long.'), { code: TOO_LONG });

/** Node's own codecs throw an error with a code, snappyjs one with a message. */
function isTooLong(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === TOO_LONG || /uncompressed length .* is too big/.test(message);
}

/** By itself kafkajs knows only gzip, and one batch of another codec ends its consumer for good. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codecs = CompressionCodecs as Record<number, () => Codec>;
  codecs[CompressionTypes.GZIP] = () => gzipCodec;
  codecs[CompressionTypes.ZSTD] = () => zstdCodec;
  codecs[CompressionTypes.LZ4] = () => lz4Codec;
  codecs[CompressionTypes.Snappy] = () => snappyCodec;
}

const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic, then two versions of four bytes. */
const XERIAL_HEAD_BYTES = 16;
const LENGTH_BYTES = 4;

/** The framing of Java's snappy: blocks, each preceded by its length. Undefined if these bytes are not framed so. */
function unpackXerial(bytes: Buffer): Buffer | undefined {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return undefined;
  const blocks: Buffer[] = [];
  let total = 0;
  for (let at = XERIAL_HEAD_BYTES; at < bytes.length;) {
    const end = at + LENGTH_BYTES + bytes.readUInt32BE(at);
    const block = snappy.uncompress(bytes.subarray(at + LENGTH_BYTES, end), BATCH_BYTES_MAX - total);
    total += block.length;
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks);
}

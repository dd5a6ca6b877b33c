import { type ByteSource, unpacked } from '../src/files/byte-source.ts';

const CHUNK_BYTES = 262_144;

/** Bytes in memory, read as a file with this content would be. */
export const bytesSource = (bytes: Uint8Array, name = 'body'): ByteSource => ({
  name,
  size: bytes.length,
  open: (onRead) => unpacked(slices(bytes), onRead),
});

function* slices(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

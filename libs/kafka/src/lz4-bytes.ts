/** The greatest size of a block of an lz4 frame when unpacked, by three bits of the frame's header. */
const BLOCK_BYTES: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 };
/** A byte of lz4 never unpacks to more bytes than this. */
const RATIO_MAX = 255;
const HEAD_BYTES = 7;
const LENGTH_BYTES = 4;
const CHECKSUM_BYTES = 4;
const CONTENT_SIZE_BYTES = 8;
const FLAG = { dictionary: 0x01, contentSize: 0x08, blockChecksum: 0x10 } as const;
const UNPACKED = 0x8000_0000;

/** The most that an lz4 frame can unpack to, in bytes. The library that unpacks it takes no limit. */
export function lz4Bytes(frame: Buffer): number {
  if (frame.length < HEAD_BYTES) return 0;
  const flags = frame[4]!;
  const blockBytesMax = BLOCK_BYTES[(frame[5]! >> 4) & 0x07] ?? BLOCK_BYTES[7]!;
  const checksum = flags & FLAG.blockChecksum ? CHECKSUM_BYTES : 0;
  let at = HEAD_BYTES;
  if (flags & FLAG.contentSize) at += CONTENT_SIZE_BYTES;
  if (flags & FLAG.dictionary) at += LENGTH_BYTES;
  let bytes = 0;
  while (at + LENGTH_BYTES <= frame.length) {
    const said = frame.readUInt32LE(at);
    const length = said & ~UNPACKED;
    if (length === 0) break;
    bytes += said & UNPACKED ? length : Math.min(blockBytesMax, length * RATIO_MAX);
    at += LENGTH_BYTES + length + checksum;
  }
  return bytes;
}

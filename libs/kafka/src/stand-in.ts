import { writeRecord } from './mends/record-writer.ts';

/**
 * A batch that must not be unpacked would end the client each time it is fetched. In its place the client is given as many
 * records as it has, at their offsets, without key and value: each can be rejected, and the partition goes on.
 */

/** Names the header of a record that stands in for another; its value is empty. */
export const STAND_IN_HEADER = 'onhand-stand-in';
/** The client holds all records of a batch in memory, some 600 bytes each, whatever is in them. */
const RECORDS_MAX = 200_000;

/** A batch that can neither be unpacked nor stood in for. It does not pass, and must be skipped by hand. */
export class BatchUnreadable extends Error {
  override readonly name = 'BatchUnreadable';
  /** kafkajs asks: it would fetch it again and again. */
  readonly retriable = false;
}

/** Where the client puts what we need to know: behind it, in the same memory, begin the packed records. */
const BACK = { count: 4, lastOffsetDelta: 38, magic: 45, firstOffset: 61 } as const;
const MAGIC = 2;

/** Throws BatchUnreadable where these bytes, as kafkajs hands them out, hold more records than can be taken. */
export function refuseTooMany(packed: Buffer): void {
  const header = headerBefore(packed);
  if (header === undefined || header.count <= RECORDS_MAX) return;
  const { first, last, count } = header;
  throw new BatchUnreadable(
    `The batch at offsets ${first} to ${first + last} of a partition has ${count} records, at most ${RECORDS_MAX} can be taken: skip it by hand.`,
  );
}

/** Records in the place of those that are packed in these bytes. Throws BatchUnreadable. */
export function standIn(packed: Buffer): Buffer {
  const header = headerBefore(packed);
  if (header === undefined) throw new BatchUnreadable('A batch is larger than may be unpacked.');
  const { last, count } = header;
  const headers = { [STAND_IN_HEADER]: '' };
  const records = Array.from({ length: count }, (_, index) => {
    // Where some were compacted away, those that are left end at the last offset all the same.
    return writeRecord({ offsetDelta: index === count - 1 ? last : index, headers }).buffer;
  });
  return Buffer.concat(records);
}

/** Undefined where the memory does not look as it should. */
function headerBefore(packed: Buffer): { first: number; last: number; count: number } | undefined {
  const start = packed.byteOffset - BACK.firstOffset;
  if (start < 0) return undefined;
  const head = Buffer.from(packed.buffer, start, BACK.firstOffset);
  const at = (back: number): number => BACK.firstOffset - back;
  if (head.readInt8(at(BACK.magic)) !== MAGIC) return undefined;
  const first = Number(head.readBigInt64BE(0));
  const [last, count] = [head.readInt32BE(at(BACK.lastOffsetDelta)), head.readInt32BE(at(BACK.count))];
  return last >= 0 && count > 0 && count <= last + 1 ? { first, last, count } : undefined;
}

import { Fault } from '#kernel';
import { writeRecord } from './mends/record-writer.ts';

/**
 * A batch that is too large to unpack would end the client each time it is fetched. Instead the client gets stand-ins: as
 * many records as the batch has, at their offsets, without key and value. Each is rejected, and the partition goes on.
 */

/** Names the header of a record that stands in for another; its value is empty. */
export const STAND_IN_HEADER = 'onhand-stand-in';
/** The client holds all records of a batch in memory, some 600 bytes each, whatever is in them. */
const RECORDS_MAX = 200_000;

/** A batch that can neither be unpacked nor replaced by stand-ins. Retrying is of no use: it must be skipped by hand. */
export class BatchUnreadable extends Fault {
  readonly code = 'BATCH_UNREADABLE';
  /** kafkajs looks at this: if it were true, it would fetch the batch again and again. */
  readonly retriable = false;
}

/** Where the fields of a batch's header are, in bytes before its packed records: the client keeps both in one buffer. */
const BACK = { count: 4, lastOffsetDelta: 38, magic: 45, firstOffset: 61 } as const;
const MAGIC = 2;

/** Throws BatchUnreadable if these bytes, as kafkajs passes them to a codec, hold too many records. */
export function refuseTooMany(packed: Buffer): void {
  const header = headerBefore(packed);
  if (header === undefined || header.count <= RECORDS_MAX) return;
  const { first, last, count } = header;
  throw new BatchUnreadable(
    `The batch at offsets ${first} to ${first + last} of a partition has ${count} records; at most ${RECORDS_MAX} can be read. Skip it by hand.`,
  );
}

/** What to say of these bytes if a codec cannot unpack them. Not its own error: kafkajs takes some kinds of it for a bug. */
export function damaged(packed: Buffer, error: unknown): BatchUnreadable {
  const header = headerBefore(packed);
  const where = header === undefined ? '' : ` at offsets ${header.first} to ${header.first + header.last}`;
  const why = error instanceof Error ? error.message : String(error);
  return new BatchUnreadable(
    `The batch${where} of a partition is damaged (${why}). Restore it from another copy, or skip it by hand.`,
  );
}

/** Stand-ins for the records that are packed in these bytes. Throws BatchUnreadable. */
export function standIn(packed: Buffer): Buffer {
  const header = headerBefore(packed);
  if (header === undefined) throw new BatchUnreadable('A batch is too large once decompressed.');
  const { last, count } = header;
  const headers = { [STAND_IN_HEADER]: '' };
  const records = Array.from({ length: count }, (_, index) => {
    // If some were compacted away, the remaining ones still have to end at the batch's last offset.
    return writeRecord({ offsetDelta: index === count - 1 ? last : index, headers }).buffer;
  });
  return Buffer.concat(records);
}

/** Undefined if the bytes before the records are not a batch's header. */
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

import { BatchUnreadable } from '../stand-in.ts';
import { insideOf, once, replaceInside } from './mend.ts';

/** The module that decodes the records of every fetch whose version has record batches. */
const DECODE = 'protocol/requests/fetch/v4/decodeMessages';
/** Length, magic and the fixed part of a batch: if fewer bytes are left, no further batch begins. */
const HEAD_BYTES = 49;
/** Where the first batch says its format: after its offset and its length. */
const MAGIC_AT = 16;
const WITH_BATCHES = 2;
/** Where a batch says how far its last record is behind its first. */
const LAST_OFFSET_DELTA_AT = 23;

interface Decoder {
  readonly offset: number;
  readInt32(): number;
  canReadBytes(length: number): boolean;
  readBytes(length: number): Buffer;
}

type DecodeMessages = (decoder: Decoder) => Promise<readonly object[]>;

interface Parts {
  readonly Decoder: new (bytes: Buffer) => Decoder;
  readonly readBatch: (decoder: Decoder) => Promise<{ readonly records: readonly object[] }>;
  readonly readOldSet: (decoder: Decoder, bytes: number) => Promise<readonly object[]>;
}

/**
 * kafkajs 2.2.4 passes all records of a batch to one call as its arguments. With more than some 120,000 that throws, and
 * ends the consumer each time the batch is fetched. Here they are pushed one by one. Call it before the first connection:
 * the client loads its modules when it first needs them.
 *
 * And if one batch cannot be read, kafkajs throws away what the broker sent of all partitions. Here a record stands for that
 * batch: who looks into it gets the error, and so learns of which partition it is.
 */
export const mendLargeBatches = once(() => {
  const parts: Parts = {
    Decoder: insideOf('protocol/decoder'),
    readBatch: insideOf('protocol/recordBatch/v0/decoder'),
    readOldSet: insideOf('protocol/messageSet/decoder'),
  };
  replaceInside(DECODE, decodeMessagesWith(parts));
});

/** Reads all records of one partition in the answer to a fetch. A last batch that is cut off is left out. */
function decodeMessagesWith({ Decoder, readBatch, readOldSet }: Parts): DecodeMessages {
  return async (answer) => {
    const length = answer.readInt32();
    if (length <= 0 || !answer.canReadBytes(length)) return [];
    const bytes = answer.readBytes(length);
    const decoder = new Decoder(bytes);
    if (bytes.readInt8(MAGIC_AT) !== WITH_BATCHES) return readOldSet(decoder, length);

    const all: object[] = [];
    while (decoder.canReadBytes(HEAD_BYTES)) {
      const start = decoder.offset;
      try {
        const { records } = await readBatch(decoder);
        for (const record of records) all.push(record);
      } catch (error) {
        if ((error as Error).name === 'KafkaJSPartialMessageError') break;
        if (!(error instanceof BatchUnreadable)) throw error;
        // What comes before it is taken first, and then it is the first of the next fetch.
        return all.length > 0 ? all : [new Unreadable(lastOffsetOf(bytes, start), error)];
      }
    }
    return all;
  };
}

const lastOffsetOf = (bytes: Buffer, start: number): string =>
  String(bytes.readBigInt64BE(start) + BigInt(bytes.readInt32BE(start + LAST_OFFSET_DELTA_AT)));

/** Stands for a batch that cannot be read, at the offset of its last record: a fetch may begin in its middle. */
class Unreadable {
  readonly offset: string;
  readonly isControlRecord = false;
  readonly #error: BatchUnreadable;

  constructor(offset: string, error: BatchUnreadable) {
    this.offset = offset;
    this.#error = error;
  }

  get key(): never {
    throw this.#error;
  }

  get value(): never {
    throw this.#error;
  }

  get headers(): never {
    throw this.#error;
  }
}

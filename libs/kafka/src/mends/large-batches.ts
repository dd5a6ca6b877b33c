import { insideOf, once, replaceInside } from './mend.ts';

/** The module that decodes the records of every fetch whose version has record batches. */
const DECODE = 'protocol/requests/fetch/v4/decodeMessages';
/** Length, magic and the fixed part of a batch: if fewer bytes are left, no further batch begins. */
const HEAD_BYTES = 49;
/** Where the first batch says its format: after its offset and its length. */
const MAGIC_AT = 16;
const WITH_BATCHES = 2;

interface Decoder {
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
      try {
        const { records } = await readBatch(decoder);
        for (const record of records) all.push(record);
      } catch (error) {
        if ((error as Error).name === 'KafkaJSPartialMessageError') break;
        throw error;
      }
    }
    return all;
  };
}

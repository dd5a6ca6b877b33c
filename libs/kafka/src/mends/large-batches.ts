import { insideOf, once, replaceInside } from './mend.ts';

/** What every fetch of a version with record batches reads its records with. */
const DECODE = 'protocol/requests/fetch/v4/decodeMessages';
/** Length, magic and the fixed part of a batch: with less left, no other one begins. */
const HEAD_BYTES = 49;
/** Of the first batch, behind its offset and its length. */
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
 * kafkajs 2.2.4 hands all records of a batch to one call as its arguments. Of more than some 120,000 that is an error
 * which ends the consumer, each time the batch is fetched. Here they are added one by one. To be called before
 * the first connection, for the client loads its parts when it first needs them.
 */
export const mendLargeBatches = once(() => {
  const parts: Parts = {
    Decoder: insideOf('protocol/decoder'),
    readBatch: insideOf('protocol/recordBatch/v0/decoder'),
    readOldSet: insideOf('protocol/messageSet/decoder'),
  };
  replaceInside(DECODE, decodeMessagesWith(parts));
});

/** All records of one partition in an answer to a fetch. The last batch may be cut off: it is left out. */
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

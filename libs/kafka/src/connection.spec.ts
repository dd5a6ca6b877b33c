import { createRequire } from 'node:module';
import { openKafka } from './connection.ts';
import { SILENT } from './log.ts';
import { ReadRecord } from './mends/record-reader.ts';

const require = createRequire(import.meta.url);

/** What stands before the batch in a request to one partition of a topic with a name of one letter. */
const BEFORE_THE_BATCH = 2 + 2 + 4 + 4 + 3 + 4 + 4 + 4;

it('the client that is opened writes and reads records by our code', async () => {
  openKafka({ brokers: ['127.0.0.1:1'], clientId: 'spec', isEncrypted: false }, { log: SILENT });
  const produce = require('kafkajs/src/protocol/requests/produce/v3/request') as (parts: object) => {
    encode(): Promise<{ readonly buffer: Buffer }>;
  };
  const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
  const readBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (
    decoder: object,
  ) => Promise<{ readonly records: readonly ReadRecord[] }>;
  // Its own writer would end with a header that has no value.
  const messages = [{ key: 'key', value: 'value', headers: { none: null } }];
  const topicData = [{ topic: 't', partitions: [{ partition: 0, messages }] }];
  const { buffer } = await produce({ acks: -1, timeout: 1, topicData }).encode();
  const [record] = (await readBatch(new Decoder(buffer.subarray(BEFORE_THE_BATCH)))).records;
  expect(record).toBeInstanceOf(ReadRecord);
  expect(record!.headers).toEqual({ none: null });
});

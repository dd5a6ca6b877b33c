/**
 * Reads a batch of so many records (`argv[2]`), with the client as it is or as we mend it (`argv[3]`: `mended`). In
 * `argv[4]`: a damaged batch stands `before` or `behind` it.
 */
import { createRequire } from 'node:module';
import { registerCodecs } from '../codecs.ts';
import { mendLargeBatches } from './large-batches.ts';

registerCodecs();
if (process.argv[3] === 'mended') mendLargeBatches();
const require = createRequire(import.meta.url);
const PROTOCOL = 'kafkajs/src/protocol';
const Decoder = require(`${PROTOCOL}/decoder`) as new (bytes: Buffer) => object;
const decodeMessages = require(`${PROTOCOL}/requests/fetch/v4/decodeMessages`) as (
  decoder: object,
) => Promise<readonly { readonly offset: string; readonly value: Buffer }[]>;
const writeRecord = require(`${PROTOCOL}/recordBatch/record/v0`) as (record: object) => object;
const { RecordBatch } = require(`${PROTOCOL}/recordBatch/v0`) as {
  RecordBatch: (batch: object) => Promise<{ readonly buffer: Buffer }>;
};

const count = Number(process.argv[2]);
const records = Array.from({ length: count }, (_, offsetDelta) => writeRecord({ offsetDelta, value: 'x' }));
const { buffer: whole } = await RecordBatch({ records, lastOffsetDelta: count - 1 });
const { buffer: small } = await RecordBatch({ records: [writeRecord({ value: 'y' })], lastOffsetDelta: 0 });
const cutOff = small.subarray(0, small.length - 1);
/** It says that it is packed by gzip, and is not. */
const damaged = Buffer.from(small);
damaged.writeInt16BE(1, 21);
const batches = {
  before: [damaged, whole],
  behind: [whole, damaged, small],
  nowhere: [whole, small, cutOff],
}[process.argv[4] ?? 'nowhere']!;
const length = Buffer.alloc(4);
length.writeInt32BE(Buffer.concat(batches).length);
try {
  const read = await decodeMessages(new Decoder(Buffer.concat([length, ...batches])));
  const texts = read.map(({ value }) => value.toString());
  tell({ read: read.length, last: texts.at(-1), others: texts.lastIndexOf('x') });
} catch (error) {
  tell({ error: (error as Error).name, ...(process.argv[4] && { says: (error as Error).message }) });
}

function tell(answer: object): void {
  process.stdout.write(JSON.stringify(answer));
}

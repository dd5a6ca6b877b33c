import { createRequire } from 'node:module';
import { type FetchedPartition, type FetchedRecord, mendAborted } from './aborted.ts';

interface Broker {
  fetch(
    request: object,
  ): Promise<{ readonly responses: readonly [{ readonly partitions: readonly object[] }] }>;
}

const require = createRequire(import.meta.url);
const { prototype } = require('kafkajs/src/broker') as { prototype: Broker };
const Batch = require('kafkajs/src/consumer/batch') as new (
  topic: string,
  fetchedOffset: string,
  partition: object,
) => { readonly messages: readonly FetchedRecord[]; lastOffset(): string };

const COMMIT = Buffer.from([0, 0, 0, 1]);
const ABORT = Buffer.from([0, 0, 0, 0]);

interface Told {
  readonly producerId?: string;
  readonly inTransaction?: boolean;
  readonly key?: Buffer | null;
  readonly isControlRecord?: boolean;
}

const by = (producerId: string, key: Buffer | null = null): Told => ({ producerId, key });
const beside = (producerId: string): Told => ({ producerId, inTransaction: false });
const ends = (producerId: string, key: Buffer): Told => ({ producerId, key, isControlRecord: true });

/** What the client hands out of these records, from offset 0 on: their offsets, and where the batch ends. */
async function handedOut(
  told: readonly Told[],
  aborted: readonly (readonly [producerId: string, firstOffset: number])[],
) {
  const messages = told.map(
    ({ producerId = '', inTransaction = true, key = null, isControlRecord = false }, offset) => ({
      ...{ offset: String(offset), key, isControlRecord, batchContext: { producerId, inTransaction } },
    }),
  );
  const abortedTransactions = aborted.map(([producerId, offset]) => ({
    producerId,
    firstOffset: String(offset),
  }));
  const { responses } = await brokerThatSays({ messages, abortedTransactions }).fetch({ topics: [] });
  const batch = new Batch('t', '0', { partition: 0, highWatermark: '99', ...responses[0].partitions[0] });
  return { offsets: batch.messages.map(({ offset }) => Number(offset)), last: Number(batch.lastOffset()) };
}

/** The client's own, up to where it would write to a socket. */
function brokerThatSays(partition: FetchedPartition): Broker {
  const send = Object.getOwnPropertySymbols(prototype).find((each) => String(each).includes('sendRequest'))!;
  return Object.assign(Object.create(prototype) as Broker, {
    lookupRequest: () => () => ({}),
    [send]: () => Promise.resolve({ responses: [{ topicName: 't', partitions: [partition] }] }),
  });
}

beforeAll(mendAborted);

describe('records of an aborted transaction are not handed out', () => {
  it('also if brokers list it after one that began later and ended sooner', async () => {
    const told = [by('a'), by('b'), ends('b', ABORT), by('a'), ends('a', ABORT), by('c')];
    expect(await handedOut(told, [['b', 1], ['a', 0]])).toEqual({ offsets: [5], last: 5 }); // prettier-ignore
  });

  it('also if several had begun before the first record that is left', async () => {
    const told = [by('b'), by('a'), by('c'), ends('a', ABORT), ends('b', ABORT), ends('c', COMMIT)];
    expect(await handedOut(told, [['a', 0], ['b', 0]])).toEqual({ offsets: [2], last: 5 }); // prettier-ignore
  });

  it('also if one of them has the key of a transaction’s end', async () => {
    const told = [by('a', ABORT), by('a'), ends('a', ABORT), by('a', ABORT), ends('a', COMMIT)];
    expect(await handedOut(told, [['a', 0]])).toEqual({ offsets: [3], last: 4 });
  });
});

describe('all other records are handed out', () => {
  it('also of the same producer: outside transactions, and in the one that it committed', async () => {
    const told = [beside('a'), by('a'), beside('a'), ends('a', ABORT), by('a'), ends('a', COMMIT)];
    expect(await handedOut(told, [['a', 1]])).toEqual({ offsets: [0, 2, 4], last: 5 });
  });

  it('where nothing was aborted', async () => {
    expect(await handedOut([by('a', ABORT), by('a'), ends('a', COMMIT)], [])).toEqual({
      ...{ offsets: [0, 1], last: 2 },
    });
  });
});

import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import {
  mendProduce,
  type ProduceAnswer,
  type ProduceRequest,
  type ProducingBroker,
} from './shared-produce.ts';

const require = createRequire(import.meta.url);
const Broker = require('kafkajs/src/broker') as new (parts: object) => ProducingBroker;
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoder;
const { lookup } = require('kafkajs/src/protocol/requests') as {
  lookup: (versions: object) => ProducingBroker['lookupRequest'];
};

interface Decoder {
  readInt16(): number;
  readInt32(): number;
  readString(): string | null;
  readBytes(): Buffer;
  readArray<Each>(readOne: (decoder: Decoder) => Each): Each[];
}

interface Protocol {
  readonly request: { encode(): Promise<{ readonly buffer: Buffer }> };
  readonly response: { parse(answer: ProduceAnswer): Promise<ProduceAnswer> };
}

const RECORDS_IN_BATCH_AT = 57;
const TOO_LARGE = 10;
const VERSIONS = { 0: { minVersion: 0, maxVersion: 7 } };

/** A partition as the wire has it, in words: its topic, its number, how many records. */
function partitionsIn(request: Buffer): readonly string[] {
  const decoder = new Decoder(request);
  decoder.readString();
  decoder.readInt16();
  decoder.readInt32();
  const topics = decoder.readArray((each) => {
    const topic = each.readString();
    return each.readArray((data) => {
      const partition = data.readInt32();
      return `${topic} ${partition} ${data.readBytes().readInt32BE(RECORDS_IN_BATCH_AT)}`;
    });
  });
  return topics.flat();
}

/** A broker on whose connection each request is answered so: the error of each partition, 0 where it is written. */
function brokerThat(answers: (partition: string) => number | undefined) {
  const requests: (readonly string[])[] = [];
  const connectionPool = {
    send: async ({ request, response }: Protocol) => {
      const partitions = partitionsIn((await request.encode()).buffer);
      requests.push(partitions);
      const answered = partitions
        .map((each) => each.split(' ') as [string, string])
        .map(([topicName, partition]) => ({ topicName, partition: Number(partition), baseOffset: '7' }))
        .map((each) => ({ ...each, errorCode: answers(`${each.topicName} ${each.partition}`) }))
        .filter(({ errorCode }) => errorCode !== undefined);
      const topics = [...Map.groupBy(answered, ({ topicName }) => topicName)].map(([topicName, of]) => ({
        topicName,
        partitions: of.map(({ partition, errorCode, baseOffset }) => ({ partition, errorCode, baseOffset })),
      }));
      return response.parse({ topics });
    },
  };
  const broker = new Broker({ connectionPool, logger: { namespace: () => undefined } });
  return { broker: Object.assign(broker, { lookupRequest: lookup(VERSIONS) }), requests };
}

const sendOf = (topic: string, partition: number, records = 1, parts: Partial<ProduceRequest> = {}) => {
  const messages = Array.from({ length: records }, (_, n) => ({ key: String(n), value: 'value' }));
  return {
    acks: -1,
    timeout: 10_000,
    ...parts,
    topicData: [{ topic, partitions: [{ partition, messages }] }],
  };
};

const written = () => 0;

beforeAll(mendProduce);

describe('sends to one broker', () => {
  it('that begin in one turn are one request, and each has the answer of its own partition', async () => {
    const { broker, requests } = brokerThat(written);
    const answers = await Promise.all([
      broker.produce(sendOf('a', 0)),
      Promise.resolve().then(() => broker.produce(sendOf('b', 0, 3))),
      broker.produce(sendOf('a', 5)),
    ]);
    expect(requests).toEqual([['a 0 1', 'a 5 1', 'b 0 3']]);
    const own = (topicName: string, partition: number) => ({
      topics: [{ topicName, partitions: [{ partition, errorCode: 0, baseOffset: '7' }] }],
    });
    expect(answers).toEqual([own('a', 0), own('b', 0), own('a', 5)]);
    await broker.produce(sendOf('a', 0));
    expect(requests).toHaveLength(2);
  });

  it('fail each by itself, and one that the answer leaves out gets an answer without partitions', async () => {
    const { broker } = brokerThat((partition) => ({ 'a 0': 0, 'a 1': TOO_LARGE })[partition]);
    const [first, second, third] = await Promise.allSettled(
      [0, 1, 2].map((partition) => broker.produce(sendOf('a', partition))),
    );
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second).toMatchObject({ reason: { type: 'MESSAGE_TOO_LARGE' } });
    expect(third).toMatchObject({ value: { topics: [{ topicName: 'a', partitions: [] }] } });
  });

  it('all fail with the connection, and later ones are sent', async () => {
    const lost = new kafkajs.KafkaJSConnectionError('gone');
    let isThere = false;
    const { broker, requests } = brokerThat(() => {
      if (isThere) return 0;
      throw lost;
    });
    const sends = [0, 1].map((partition) => broker.produce(sendOf('a', partition)));
    for (const send of sends) await expect(send).rejects.toBe(lost);
    isThere = true;
    await broker.produce(sendOf('a', 1));
    expect(requests.at(-1)).toEqual(['a 1 1']);
  });

  it('are several requests for the same partition, or with other acks, timeout or compression', async () => {
    const { broker, requests } = brokerThat(written);
    await Promise.all([
      broker.produce(sendOf('a', 0, 1)),
      broker.produce(sendOf('a', 0, 2)),
      broker.produce(sendOf('a', 1, 3, { acks: 1 })),
      broker.produce(sendOf('a', 2, 4, { timeout: 9 })),
      broker.produce(sendOf('a', 3, 5, { compression: 1 })),
      broker.produce(sendOf('a', 4, 6)),
    ]);
    const numbers = requests.map((each) => each.map((partition) => partition.split(' ')[1]).join(' '));
    expect(numbers.sort()).toEqual(['0', '0 4', '1', '2', '3']);
  });

  it('share a request up to a number of partitions and of records', async () => {
    const { broker, requests } = brokerThat(written);
    await Promise.all(Array.from({ length: 70 }, (_, partition) => broker.produce(sendOf('a', partition))));
    await Promise.all(
      Array.from({ length: 12 }, (_, partition) => broker.produce(sendOf('b', partition, 99))),
    );
    const sizes = requests.map(({ length }) => length);
    expect([sizes.slice(0, 2).sort(), sizes.slice(2).sort()]).toEqual([[6, 64], [10, 2]]); // prettier-ignore
  });

  it('are left alone where they are large, of several partitions, or part of a transaction', async () => {
    const { broker, requests } = brokerThat(written);
    const several = sendOf('c', 1);
    several.topicData[0]!.partitions.push({ partition: 2, messages: [{ key: '0', value: '' }] });
    await Promise.all([
      broker.produce(sendOf('a', 0)),
      broker.produce(sendOf('b', 0, 100)),
      broker.produce(several),
      broker.produce(sendOf('d', 0, 1, { transactionalId: 't' })),
    ]);
    const names = requests.map((each) => each.map((partition) => partition[0]).join(''));
    expect(names.sort()).toEqual(['a', 'b', 'cc', 'd']);
  });
});

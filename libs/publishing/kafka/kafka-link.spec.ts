import type { Kafka, Producer, ProducerRecord, RecordMetadata } from 'kafkajs';
import { openKafka } from '#kafka';
import { KafkaLink } from './kafka-link.ts';
import { RecordTooLarge } from './topic-link.ts';

const connection = { brokers: ['127.0.0.1:1'], clientId: 'spec', isEncrypted: false };
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const RECORDS = [
  { key: 'web:A', value: '{"version":1}', headers: { ce_id: 'a' } },
  { key: 'web:B', value: '{"version":2}', headers: { ce_id: 'b' } },
];

/** A link whose brokers answer a send like this. */
function linkOf(answer: () => Partial<RecordMetadata>[]): { link: KafkaLink; sent: ProducerRecord[] } {
  const sent: ProducerRecord[] = [];
  const producer: Pick<Producer, 'send'> = {
    send: (record) => {
      sent.push(record);
      return new Promise((resolve) => resolve(answer() as RecordMetadata[]));
    },
  };
  const kafka = openKafka(connection, { log });
  return { link: new KafkaLink({ kafka, connection, producer, topic: 't', groupId: 'g' }), sent };
}

describe('a publisher’s send to Kafka', () => {
  it('goes to the partition that is given, and waits for all replicas in sync', async () => {
    const { link, sent } = linkOf(() => [{ topicName: 't', partition: 3, errorCode: 0, baseOffset: '41' }]);
    expect(await link.send(3, RECORDS)).toBe(41);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ topic: 't', acks: -1 });
    expect(sent[0]!.messages.map(({ partition }) => partition)).toEqual([3, 3]);
  });

  it('does not count as written where the answer leaves it out', async () => {
    const { link } = linkOf(() => []);
    await expect(link.send(3, RECORDS)).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE', retriable: true });
  });

  it('to a topic that does not exist names it', async () => {
    const { link } = linkOf(() => {
      throw Object.assign(new Error('This server does not host this topic-partition'), {
        type: 'UNKNOWN_TOPIC_OR_PARTITION',
      });
    });
    await expect(link.send(0, RECORDS)).rejects.toThrow('Topic t does not exist.');
  });

  it('that is too large fails as such, however the error is wrapped', async () => {
    for (const error of [{ type: 'MESSAGE_TOO_LARGE' }, { cause: { type: 'RECORD_LIST_TOO_LARGE' } }]) {
      const { link } = linkOf(() => {
        throw Object.assign(new Error('The request included a message larger than it may be'), error);
      });
      await expect(link.send(0, RECORDS)).rejects.toThrow(RecordTooLarge);
    }
  });
});

describe('what a publisher reads back', () => {
  it('does not pass a batch that cannot be read', async () => {
    const told: Record<string, (event: { payload: object }) => void> = {};
    const damaged = {
      offset: '4',
      get key(): never {
        throw new Error('the batch is damaged');
      },
    };
    const consumer = {
      events: { GROUP_JOIN: 'join', END_BATCH_PROCESS: 'end', CRASH: 'crash' },
      on: (name: string, tell: (event: { payload: object }) => void) => {
        const before = told[name];
        told[name] = (event) => [before, tell].forEach((each) => each?.(event));
      },
      connect: () => Promise.resolve(),
      subscribe: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      run: async ({ eachBatch }: { eachBatch: (payload: object) => Promise<void> }) => {
        told['join']!({ payload: {} });
        const batch = { partition: 0, messages: [damaged], lastOffset: () => '4' };
        await eachBatch({ batch, resolveOffset: () => undefined });
        told['end']!({ payload: { partition: 0, lastOffset: '4' } });
      },
    };
    const kafka = { consumer: () => consumer } as unknown as Kafka;
    const link = new KafkaLink({ kafka, connection, producer: consumer as never, topic: 't', groupId: 'g' });
    const passed: number[] = [];
    const reader = { read: (_: number, __: unknown, next: number): void => void passed.push(next) };
    await expect(link.follow(reader, new AbortController().signal)).rejects.toThrow('the batch is damaged');
    expect(passed).toEqual([]);
  });
});

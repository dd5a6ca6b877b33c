import { createRequire } from 'node:module';
import type { Message, Producer, ProducerRecord, RecordMetadata } from 'kafkajs';
import { sendTo } from './send.ts';
import { isTooLarge } from './trouble.ts';

const require = createRequire(import.meta.url);
const groupByPartition = require('kafkajs/src/producer/groupMessagesPerPartition') as (
  parts: object,
) => Readonly<Record<number, readonly Message[]>>;

const MESSAGES = [
  { key: 'web:A', value: '{"version":1}', headers: { ce_id: 'a' } },
  { key: 'web:B', value: '{"version":2}' },
];

/** A client whose brokers answer a send like this. */
function answering(...answer: readonly Partial<RecordMetadata>[]): {
  readonly producer: Pick<Producer, 'send'>;
  readonly sent: ProducerRecord[];
} {
  const sent: ProducerRecord[] = [];
  const producer: Pick<Producer, 'send'> = {
    send: (record) => {
      sent.push(record);
      return Promise.resolve(answer as RecordMetadata[]);
    },
  };
  return { producer, sent };
}

describe('a send to Kafka', () => {
  it('goes to the partition that is given, and waits for all replicas in sync', async () => {
    const { producer, sent } = answering(
      { topicName: 't', partition: 2, errorCode: 0, baseOffset: '7' },
      { topicName: 't', partition: 3, errorCode: 0, baseOffset: '41' },
    );
    expect(await sendTo(producer, { topic: 't', partition: 3 }, MESSAGES)).toBe(41);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ topic: 't', acks: -1 });
    expect(sent[0]!.messages).toMatchObject(MESSAGES.map((message) => ({ ...message, partition: 3 })));
  });

  it('is grouped as the client would group it, without a copy for each message', async () => {
    const { producer, sent } = answering({ topicName: 't', partition: 3, errorCode: 0, baseOffset: '41' });
    await sendTo(producer, { topic: 't', partition: 3 }, MESSAGES);
    const { messages } = sent[0]!;
    const partitioner = ({ message }: { readonly message: Message }): number => message.partition!;
    const parts = { topic: 't', partitionMetadata: [{}], partitioner };
    const own = groupByPartition({ ...parts, messages });
    expect(own).toEqual(groupByPartition({ ...parts, messages: [...messages] }));
    expect(own[3]).toBe(messages);
  });

  it.each([
    ['names no partition at all, as after a change of leaders', []],
    ['leaves the partition out', [{ topicName: 't', partition: 4, errorCode: 0, baseOffset: '41' }]],
    ['is of another topic', [{ topicName: 'u', partition: 3, errorCode: 0, baseOffset: '41' }]],
    ['has an error for it', [{ topicName: 't', partition: 3, errorCode: 7, baseOffset: '-1' }]],
  ])('does not count as written where the answer %s', async (_, answer) => {
    const { producer } = answering(...answer);
    const sending = sendTo(producer, { topic: 't', partition: 3 }, MESSAGES);
    await expect(sending).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE', retriable: true });
  });

  it('that is too large is known as such, however it is wrapped', () => {
    const refused = (type: string) => Object.assign(new Error('larger than it may be'), { type });
    expect(isTooLarge(refused('MESSAGE_TOO_LARGE'))).toBe(true);
    expect(isTooLarge(new Error('tried 5 times', { cause: refused('RECORD_LIST_TOO_LARGE') }))).toBe(true);
    expect(isTooLarge(refused('NOT_LEADER_FOR_PARTITION'))).toBe(false);
  });
});

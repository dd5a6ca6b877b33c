import type { Message, Producer } from 'kafkajs';
import { KafkaUnavailable } from './trouble.ts';

const ALL_REPLICAS_IN_SYNC = -1;
/** How long the brokers may take until all in-sync replicas have it. */
const WRITE_MS_MAX = 10_000;

/**
 * Sends to one partition. Resolves with the offset of the first message once all in-sync replicas have all messages.
 * One partition only, for while a leader changes the client loses part of a send to several. It also resolves if the answer
 * does not mention the partition, which was then not written: that throws KafkaUnavailable. Throws whatever the client throws.
 */
export async function sendTo(
  producer: Pick<Producer, 'send'>,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  messages: readonly Pick<Message, 'key' | 'value' | 'headers'>[],
): Promise<number> {
  const answers = await producer.send({
    topic,
    acks: ALL_REPLICAS_IN_SYNC,
    timeout: WRITE_MS_MAX,
    messages: ofOnePartition(
      partition,
      messages.map(({ key, value, headers }) => ({ key, value, headers, partition })),
    ),
  });
  const answer = answers.find((each) => each.topicName === topic && each.partition === partition);
  if (answer?.errorCode !== 0 || answer.baseOffset === undefined) {
    throw new KafkaUnavailable(
      `The broker did not confirm that partition ${partition} of ${topic} was written.`,
    );
  }
  return Number(answer.baseOffset);
}

/**
 * The client groups messages by partition with `messages.reduce`, and copies the whole group for each message. All of ours
 * are for one partition: this `reduce` returns them as one group.
 */
const ofOnePartition = (partition: number, messages: Message[]): Message[] =>
  Object.defineProperty(messages, 'reduce', { value: () => ({ [partition]: messages }) });

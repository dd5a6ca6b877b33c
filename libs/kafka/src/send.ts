import type { Message, Producer } from 'kafkajs';
import { KafkaUnavailable } from './trouble.ts';

const ALL_REPLICAS_IN_SYNC = -1;
/** How long the brokers may take until all of them have it. */
const WRITE_MS_MAX = 10_000;

/**
 * Sends to one partition, and resolves with the offset of the first message once all replicas in sync have them all.
 * Told of several partitions at once, the client loses some while a leader changes, and it resolves also where an
 * answer leaves out what was sent: only what the answer names was written. Throws KafkaUnavailable for that, and
 * whatever the client throws.
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
      `The answer does not say that partition ${partition} of ${topic} was written.`,
    );
  }
  return Number(answer.baseOffset);
}

/**
 * The client groups messages by their partitions, and copies for each all those before it. It asks nothing but `reduce` of
 * the list for that: here they are a group already.
 */
const ofOnePartition = (partition: number, messages: Message[]): Message[] =>
  Object.defineProperty(messages, 'reduce', { value: () => ({ [partition]: messages }) });

import { createRequire } from 'node:module';
import { askKafka } from './ask.ts';
import type { KafkaConnection } from './connection.ts';
import { kafkaTrouble, KafkaUnavailable, NO_LEADER, standingWords } from './trouble.ts';

const require = createRequire(import.meta.url);
const { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded } = require('kafkajs') as Record<
  'KafkaJSConnectionError' | 'KafkaJSNumberOfRetriesExceeded',
  new (cause: string | Error, parts: object) => Error
>;

const connection: KafkaConnection = {
  ...{ brokers: ['10.0.0.1:9092', '10.0.0.2:9092'], clientId: 'spec', isEncrypted: false },
};

/** As the client throws it: the cause inside of what it gave up with. */
const thrown = (message: string, broker: string): Error =>
  new KafkaJSNumberOfRetriesExceeded(new KafkaJSConnectionError(message, { broker }), { retryCount: 1 });
const wordsOf = (error: Error): string => kafkaTrouble(error, connection).message;

describe('trouble with Kafka, in words', () => {
  it('names the broker that does not answer, not all of them', () => {
    expect(wordsOf(thrown('Connection error: connect ECONNREFUSED 10.0.0.2:9092', '10.0.0.2:9092'))).toBe(
      'No broker answers at 10.0.0.2:9092. Start Kafka, or check KAFKA_BROKERS (10.0.0.1:9092, 10.0.0.2:9092). OnHand keeps retrying.',
    );
  });

  it('says where a broker that nobody here has named comes from', () => {
    const told = 'check advertised.listeners of the brokers: those at 10.0.0.1:9092, 10.0.0.2:9092 advertise';
    expect(wordsOf(thrown('Connection error: getaddrinfo ENOTFOUND kafka', 'kafka:9092'))).toBe(
      `There is no host with that name: ${told} kafka:9092.`,
    );
    expect(wordsOf(thrown('Connection timeout', 'localhost:9092'))).toBe(
      `No broker answers at localhost:9092. Start Kafka, or ${told} localhost:9092. OnHand keeps retrying.`,
    );
  });

  it('names the broker in an error of the client itself', async () => {
    const nobody: KafkaConnection = { ...connection, brokers: ['127.0.0.1:1'] };
    const error: unknown = await askKafka(nobody, (admin) => admin.listTopics()).catch(
      (each: unknown) => each,
    );
    expect(error).toBeInstanceOf(KafkaUnavailable);
    expect((error as Error).message).toMatch(/^No broker answers at 127\.0\.0\.1:1\. .*\(127\.0\.0\.1:1\)/);
  });

  it('says that a partition has no leader, and names those that are stopped', () => {
    const error = Object.assign(new Error('in the middle of an election'), { type: 'LEADER_NOT_AVAILABLE' });
    expect(wordsOf(error)).toContain('has no leader');
    const places = [
      { topic: 'shop', partition: 2 },
      { topic: 'wms', partition: 0 },
      { topic: 'shop', partition: 5 },
    ];
    expect(standingWords(places, NO_LEADER)).toBe(
      'Partition shop 2, 5; wms 0 is stopped. It has no leader, because no broker with a copy of it is reachable.',
    );
  });

  it('has the client’s own words where we have none, and is not wrapped twice', () => {
    const strange = kafkaTrouble(new Error('out of tea'), connection);
    expect(strange.message).toBe('Kafka at 10.0.0.1:9092, 10.0.0.2:9092 says: out of tea');
    expect(kafkaTrouble(strange, connection)).toBe(strange);
  });
});

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Admin } from 'kafkajs';
import { askKafka, topicOffsets } from './ask.ts';

/** A cluster with a topic of four partitions, that says what these hold. */
const adminWhere = (told: readonly { partition: number; low: string; high: string }[]): Admin => {
  const partitions = [3, 1, 0, 2].map((partitionId) => ({ partitionId }));
  return {
    fetchTopicMetadata: () => Promise.resolve({ topics: [{ name: 't', partitions }] }),
    fetchTopicOffsets: () => Promise.resolve(told),
  } as never;
};

describe('what the partitions of a topic hold', () => {
  it('is known for each that has a leader, and the others are counted: else keys would move', async () => {
    const led = [
      { partition: 2, low: '4', high: '9' },
      { partition: 0, low: '0', high: '7' },
    ];
    const offsets = await topicOffsets(adminWhere(led), 't');
    expect([...offsets]).toEqual([{ low: 0, high: 7 }, undefined, { low: 4, high: 9 }, undefined]);
    expect(await topicOffsets(adminWhere([]), 't')).toHaveLength(4);
  });
});

describe('questions to Kafka at the same time', () => {
  let connections = 0;
  const hangingUp = createServer((socket) => {
    connections++;
    socket.destroy();
  });

  beforeAll(async () => {
    hangingUp.listen(0, '127.0.0.1');
    await once(hangingUp, 'listening');
  });
  afterAll(() => hangingUp.close());

  it('share one connection, and its end', async () => {
    const { port } = hangingUp.address() as AddressInfo;
    const connection = { brokers: [`127.0.0.1:${port}`], clientId: 'spec', isEncrypted: false };
    const connectionsFor = async (askers: number): Promise<number> => {
      const before = connections;
      const asked = Array.from({ length: askers }, () => askKafka(connection, (admin) => admin.listTopics()));
      const refused = { status: 'rejected', reason: { code: 'KAFKA_UNAVAILABLE' } };
      expect(await Promise.allSettled(asked)).toMatchObject(asked.map(() => refused));
      return connections - before;
    };
    const alone = await connectionsFor(1);
    expect(alone).toBeGreaterThan(0);
    expect([await connectionsFor(3), await connectionsFor(1)]).toEqual([alone, alone]);
  });
});

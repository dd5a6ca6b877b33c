import { type Admin, Kafka } from 'kafkajs';
import { ShardGroup } from '#kafka';
import { ShardSet } from '#kernel';
import { Loops } from '../../src/loops.ts';
import { openLog } from '../../src/log.ts';
import { until } from '../fixtures/waiting.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';

const COUNT = 16;
const TOPIC = 'onhand.shards';

describe('shards shared by the group protocol', () => {
  let kafka: KafkaCluster;
  let admin: Admin;
  const members: Member[] = [];

  class Member {
    readonly shards = new ShardSet(COUNT);
    readonly loops = new Loops(openLog('fatal').logger);
    readonly group: ShardGroup;

    constructor(groupId: string) {
      this.group = new ShardGroup({
        connection: { brokers: kafka.brokers, clientId: 'onhand', isEncrypted: false },
        log: openLog('fatal').logger,
        ...{ groupId, topic: TOPIC, shards: this.shards },
      });
      this.loops.start('shards', (signal) => this.group.run(signal));
      members.push(this);
    }
  }

  const divided = (some: readonly Member[], sizes: readonly number[]): Promise<void> =>
    until(() => {
      const owned = some.map(({ shards }) => shards.owned);
      const isWhole = new Set(owned.flat()).size === COUNT && owned.flat().length === COUNT;
      return isWhole && owned.every(({ length }) => sizes.includes(length));
    }, `the shards are divided among ${some.length}`);

  beforeAll(async () => {
    kafka = await startKafka({ version: '4.1.1' });
    admin = new Kafka(kafka.clientConfig()).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: COUNT }] });
  });

  afterAll(async () => {
    for (const { loops } of members) await loops.stopAll();
    await until(async () => {
      const { groups } = await admin.describeGroups(['a']);
      return groups[0]!.members.length === 0;
    }, 'all have left');
    await admin.disconnect();
    await kafka?.stop();
  });

  it('are not shared where the topic has another number of them, and the process says so', async () => {
    const shards = new ShardSet(COUNT / 2);
    const connection = { brokers: kafka.brokers, clientId: 'onhand', isEncrypted: false };
    const group = new ShardGroup({
      ...{ connection, groupId: 'b', topic: TOPIC, shards },
      log: openLog('fatal').logger,
    });
    const why = '16 partitions, but SHARDS is 8';
    await expect(group.run(new AbortController().signal)).rejects.toThrow(why);
    expect(group.trouble).toContain(why);
  });

  it('go to a process that comes, otherwise stay where they are, and come back from one that leaves', async () => {
    const first = new Member('a');
    await divided([first], [16]);
    expect(first.group.trouble).toBeUndefined();
    const second = new Member('a');
    await divided([first, second], [8]);
    const kept = [...first.shards.owned];
    const third = new Member('a');
    await divided([first, second, third], [5, 6]);
    expect(first.shards.owned.every((shard) => kept.includes(shard))).toBe(true);
    const [before, beforeOfThird] = [first.shards.owned, third.shards.owned];
    await second.loops.stopAll();
    expect(second.shards.owned).toEqual([]);
    await divided([first, third], [8]);
    expect(before.every((shard) => first.shards.owned.includes(shard))).toBe(true);
    expect(beforeOfThird.every((shard) => third.shards.owned.includes(shard))).toBe(true);
    await kafka.kill();
    await kafka.restart();
    await divided([first, third], [8]);
  });
});

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Admin, Kafka } from 'kafkajs';
import type { KafkaConnection } from '#kafka';
import { allShards, systemClock } from '#kernel';
import { KafkaPublisher } from '#publishing/kafka';
import { Stage } from '../../libs/publishing/testing/stage.ts';
import { Loops } from '../../src/loops.ts';
import { openLog } from '../../src/log.ts';
import { until } from '../fixtures/waiting.ts';
import type { KafkaCluster } from '../servers/kafka/index.ts';
import type { oneCopyOver } from './scene.ts';
import { lastOf, type TopicRecord } from './topic-picture.ts';

export const PARTITIONS = 6;
/** Changes, with 20 numbers each: about a second's. */
export const MUCH = 150;

/** Publishing to Kafka as one process does it, over a stage. */
export class Process {
  readonly publisher: KafkaPublisher;
  readonly loops = new Loops(openLog('fatal').logger);

  /** `log` is where it says what goes wrong; default: nowhere. */
  constructor(stage: Stage, connection: KafkaConnection, topics: Topics, log = openLog('fatal').logger) {
    this.publisher = new KafkaPublisher({
      ...{ connection, topics, shards: allShards(), groupId: 'onhand', log },
      ...{ store: stage.store, numbers: stage.numbers, orders: stage.orders, position: stage.position },
      channels: () => [{ id: 'web' }, { id: 'pos' }],
      ...{ clock: systemClock, writer: randomUUID(), isBehind: () => false },
    });
    stage.folds.push(this.publisher);
    for (const [name, run] of Object.entries(this.publisher.loops)) this.loops.start(name, run);
  }

  settled(): Promise<void> {
    return until(() => this.publisher.isAtRest, 'the topics hold all that was wanted');
  }

  async stop(): Promise<void> {
    await this.loops.stopAll();
    await this.publisher.close();
  }
}

export interface Topics {
  readonly availability: string;
  readonly orders: string;
}

/** A process over a stage of its own, and topics of its own. */
export async function openPublisherScene(kafka: KafkaCluster, replicaAssignment?: Spread) {
  const topics = topicNames();
  await createTopics(kafka, topics, replicaAssignment);
  const stage = await Stage.open();
  const connection = connectionTo(kafka);
  const process = new Process(stage, connection, topics);
  const end = async (): Promise<void> => {
    await process.stop();
    await stage.close();
  };
  return { stage, topics, connection, process, end };
}

export const topicNames = (): Topics => ({ availability: `a-${randomUUID()}`, orders: `o-${randomUUID()}` });

export const connectionTo = (kafka: KafkaCluster): KafkaConnection => ({
  brokers: kafka.brokers,
  clientId: 'onhand',
  isEncrypted: false,
});

type Spread = ReturnType<typeof oneCopyOver>;

/** `replicaAssignment`: which brokers have them; default as many copies as there may be. */
export async function createTopics(
  kafka: KafkaCluster,
  topics: Topics,
  replicaAssignment?: Spread,
): Promise<void> {
  const admin = new Kafka(kafka.clientConfig()).admin();
  await admin.connect();
  const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
  const all = Object.values(topics).map((topic: string) => ({
    topic,
    ...(replicaAssignment ? { replicaAssignment } : { numPartitions: PARTITIONS }),
    configEntries,
  }));
  await admin.createTopics({ topics: all, waitForLeaders: false });
  for (const { topic } of all) await hasLeaders(admin, topic);
  await admin.disconnect();
}

/** A broker that metadata name as a leader may not know of it yet, and refuses what is sent: it is asked itself. */
const hasLeaders = (admin: Admin, topic: string): Promise<void> =>
  until(
    async () => (await admin.fetchTopicOffsets(topic)).length === PARTITIONS,
    `${topic} has leaders that know of it`,
  );

/** Changes numbers of 200 listings, again and again until the end; `more` waits for so many more changes. */
export function changeOften(stage: Stage) {
  let changes = 0;
  let isOver = false;
  const change = async (): Promise<void> => {
    for (; !isOver; changes++) {
      const listings = Array.from({ length: 20 }, (_, i) => `L-${(changes * 20 + i) % 200}`);
      const numbers = Object.fromEntries(listings.map((listing) => [listing, changes]));
      await stage.publish(changes % 2 ? 'web' : 'pos', numbers);
      await pause(5);
    }
  };
  const changing = change();
  return {
    more: (count: number): Promise<void> => {
      const enough = changes + count;
      return until(() => changes >= enough, `${count} more changes`);
    },
    end: (): Promise<void> => {
      isOver = true;
      return changing;
    },
  };
}

export const numbersIn = (records: readonly TopicRecord[]): Record<string, unknown> =>
  Object.fromEntries(
    [...lastOf(records)].sort().map(([key, { version, available }]) => [key, { version, available }]),
  );

export const numbersOf = ({ numbers }: Stage): Record<string, unknown> =>
  Object.fromEntries(
    ['web', 'pos']
      .flatMap((channel) => numbers.numbersByListing(channel, undefined, 10_000))
      .map(({ channel, listing, version, available }): [string, object] => [
        `${channel}:${listing}`,
        { version, available: available / 100_000 },
      ])
      .sort(),
  );

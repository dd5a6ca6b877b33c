import { AssignerProtocol, type Consumer, type PartitionAssigner } from 'kafkajs';
import type { ShardSet } from '#kernel';
import { askKafka, topicsThere } from './ask.ts';
import { type KafkaConnection, openKafka, PATIENT } from './connection.ts';
import type { KafkaLog } from './log.ts';
import { Membership } from './membership.ts';
import { assignSticky, type Sharer } from './sticky-assignment.ts';
import { kafkaTrouble, KafkaUnavailable } from './trouble.ts';

/** After this time the group notices that a process has died. */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const REBALANCE_MS = 15_000;
/** Short, for a waiting fetch delays the heartbeat. */
const FETCH_WAIT_MS = 500;
const GOODBYE_MS_MAX = 5_000;

interface ShardGroupParts {
  readonly connection: KafkaConnection;
  readonly log: KafkaLog;
  /** One for each role: its processes share the shards. */
  readonly groupId: string;
  /** With one partition for each shard; nothing is ever written to it. */
  readonly topic: string;
  /** Set to the shards that this process has. */
  readonly shards: ShardSet;
}

/**
 * Shares the shards among processes by Kafka's own group protocol: each process is a member of a group over an empty
 * topic, and has the shards whose partitions it is assigned. While Kafka is away each process keeps what it has.
 */
export class ShardGroup {
  readonly #parts: ShardGroupParts;
  #state: 'joining' | 'member' = 'joining';
  #trouble: string | undefined;

  constructor(parts: ShardGroupParts) {
    this.#parts = parts;
  }

  /** `joining`: before the first answer, or since Kafka was lost. */
  get state(): 'joining' | 'member' {
    return this.#state;
  }

  /** Why the last try to become a member failed; undefined while it is one. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Is a member until `signal` aborts; then the shards go to the others at once. Throws KafkaUnavailable. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#checkTopic();
      await this.#join(signal);
    } catch (error) {
      const trouble = kafkaTrouble(error, this.#parts.connection);
      this.#trouble = trouble.message;
      throw trouble;
    }
  }

  async #join(signal: AbortSignal): Promise<void> {
    const { connection, log, groupId, topic, shards } = this.#parts;
    const consumer = openKafka(connection, { log }).consumer({
      groupId,
      allowAutoTopicCreation: false,
      partitionAssigners: [stickyAssigner(topic, shards)],
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      retry: { ...PATIENT, restartOnFailure: () => Promise.resolve(!signal.aborted) },
    });
    try {
      await this.#beMember(consumer, signal);
    } finally {
      this.#state = 'joining';
      if (signal.aborted) shards.set([]);
    }
  }

  async #checkTopic(): Promise<void> {
    const { connection, topic, shards } = this.#parts;
    const there = await askKafka(connection, (admin) => topicsThere(admin, [topic]));
    const partitions = there.get(topic)?.partitions.length;
    if (partitions === shards.count) return;
    throw new KafkaUnavailable(
      partitions === undefined
        ? `The topic ${topic} does not exist. Create it with \`npx onhand topics create\`.`
        : `${topic} has ${partitions} partitions, but SHARDS is ${shards.count}. Set SHARDS to ${partitions} in all processes.`,
    );
  }

  async #beMember(consumer: Consumer, signal: AbortSignal): Promise<void> {
    const { topic, shards } = this.#parts;
    const ended = Promise.withResolvers<void>();
    const membership = new Membership(consumer);
    const end = (): void => ended.resolve();
    signal.addEventListener('abort', end, { once: true });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (signal.aborted) return;
      this.#state = 'member';
      this.#trouble = undefined;
      shards.set(payload.memberAssignment[topic] ?? []);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#state = 'joining';
      this.#trouble = kafkaTrouble(payload.error, this.#parts.connection).message;
      if (!payload.restart) ended.reject(payload.error);
    });
    try {
      const joining = membership.join({ topics: [topic] }, { eachMessage: () => Promise.resolve() });
      await Promise.race([joining, ended.promise]);
      await ended.promise;
    } finally {
      signal.removeEventListener('abort', end);
      await membership.leave(GOODBYE_MS_MAX);
    }
  }
}

/** What a member says of itself when it joins. */
interface Claim {
  readonly had: readonly number[];
  readonly since: number;
}

function stickyAssigner(topic: string, shards: ShardSet): PartitionAssigner {
  const name = 'onhand-sticky';
  const version = 1;
  let since = Date.now();
  shards.onChange(() => (since = Date.now()));
  return () => ({
    name,
    version,
    protocol: ({ topics }) => ({
      name,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version,
        topics,
        userData: Buffer.from(JSON.stringify({ had: shards.owned, since } satisfies Claim)),
      }),
    }),
    assign: ({ members }) => {
      const sharers = members.map(({ memberId, memberMetadata }) => sharerOf(memberId, memberMetadata));
      const given = assignSticky(shards.count, sharers);
      return Promise.resolve(
        [...given].map(([memberId, owned]) => ({
          memberId,
          memberAssignment: AssignerProtocol.MemberAssignment.encode({
            version,
            assignment: { [topic]: [...owned] },
            userData: Buffer.alloc(0),
          }),
        })),
      );
    },
  });
}

function sharerOf(id: string, metadata: Buffer): Sharer {
  try {
    const { userData } = AssignerProtocol.MemberMetadata.decode(metadata)!;
    const { had, since } = JSON.parse(userData.toString()) as Claim;
    return { id, had, since };
  } catch {
    return { id, had: [], since: 0 }; // Another assigner's metadata: it claims nothing.
  }
}

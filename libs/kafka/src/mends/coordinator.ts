import { insideOf, once, wrap } from './mend.ts';

/** The part of kafkajs' Broker that is used: any broker can say which one coordinates a group. */
interface Broker {
  findGroupCoordinator(group: {
    readonly groupId: string;
    readonly coordinatorType: number;
  }): Promise<{ readonly coordinator: { readonly nodeId: number } }>;
}

/** The objects of kafkajs that keep the coordinator they once found. */
interface Coordinated {
  readonly groupId: string;
  readonly cluster: {
    readonly brokerPool: { findConnectedBroker(): Promise<Broker> };
    /** Throws if the broker cannot be reached; the metadata of the cluster have then been refreshed. */
    findBroker: (node: { readonly nodeId: number }) => Promise<Broker>;
  };
  coordinator: Broker;
}

export interface BeatingGroup extends Coordinated {
  heartbeat(options: { readonly interval: number }): Promise<void>;
}

export interface OffsetManager extends Coordinated {
  commitOffsets(offsets: object): Promise<void>;
  resolveOffsets(): Promise<void>;
  setDefaultOffset(place: object): Promise<void>;
}

const OF_GROUPS = 0;

/**
 * kafkajs 2.2.4 looks for a group's coordinator only when it joins, and goes on asking that broker even if it has died or
 * handed the group over. Meanwhile nothing is committed, and the consumer reads on in partitions that others were given
 * when its session expired. Here each such failure also looks up the coordinator anew. The failed call still throws: its
 * caller retries it as before, and then reaches the new coordinator.
 */
export const mendCoordinator = once(() => {
  const group = insideOf<{ readonly prototype: BeatingGroup }>('consumer/consumerGroup').prototype;
  wrap(group, 'heartbeat', lookAnewAfter);
  const offsets = insideOf<{ readonly prototype: OffsetManager }>('consumer/offsetManager').prototype;
  wrap(offsets, 'commitOffsets', lookAnewAfter);
  wrap(offsets, 'resolveOffsets', lookAnewAfter);
  wrap(offsets, 'setDefaultOffset', lookAnewAfter);
});

async function lookAnewAfter<Group extends Coordinated, Args extends unknown[]>(
  this: Group,
  ask: (this: Group, ...args: Args) => Promise<void>,
  ...args: Args
): Promise<void> {
  try {
    await ask.apply(this, args);
  } catch (error) {
    // If the brokers know of no new one yet, the next failure looks again.
    if (isOfCoordinator(error)) await lookAnew(this).catch(() => undefined);
    throw error;
  }
}

async function lookAnew(group: Coordinated): Promise<void> {
  const { cluster, groupId } = group;
  const broker = await cluster.brokerPool.findConnectedBroker();
  const { coordinator } = await broker.findGroupCoordinator({ groupId, coordinatorType: OF_GROUPS });
  group.coordinator = await cluster.findBroker(coordinator);
}

const NO_COORDINATOR = ['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE'];

/** True if there was no answer, or the answer "I am not the coordinator". Other error answers concern the group itself. */
const isOfCoordinator = (error: unknown): boolean => {
  const { name, type = '' } = error as { readonly name?: string; readonly type?: string };
  return name !== 'KafkaJSProtocolError' || NO_COORDINATOR.includes(type);
};

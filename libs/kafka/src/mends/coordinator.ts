import { insideOf, once, wrap } from './mend.ts';

/** What kafkajs calls a broker: one that answers who coordinates a group, or does so itself. */
interface Broker {
  findGroupCoordinator(group: {
    readonly groupId: string;
    readonly coordinatorType: number;
  }): Promise<{ readonly coordinator: { readonly nodeId: number } }>;
}

/** Whatever of kafkajs keeps to the coordinator that it has once found. */
interface Coordinated {
  readonly groupId: string;
  readonly cluster: {
    readonly brokerPool: { findConnectedBroker(): Promise<Broker> };
    /** Throws where it cannot be reached, and has learnt then which brokers there are now. */
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
 * kafkajs 2.2.4 looks for the coordinator of a group only when it joins. One that died, or gave the group to another,
 * is asked again and again: for as long as it is away nothing is committed, and the consumer goes on with partitions
 * that others have been given since its session expired. Here the coordinator is looked for anew, once for each such
 * answer; what failed is tried again by who wanted it, as ever, and finds the other one there.
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
    // While the brokers do not know of another one yet, it is looked for again after the next try.
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

/** No answer, or one that it is not the coordinator. All else that a coordinator answers is of the group. */
const isOfCoordinator = (error: unknown): boolean => {
  const { name, type = '' } = error as { readonly name?: string; readonly type?: string };
  return name !== 'KafkaJSProtocolError' || NO_COORDINATOR.includes(type);
};

import { setTimeout as pause } from 'node:timers/promises';
import { insideOf, once, wrap } from './mend.ts';

/** What kafkajs calls a broker. */
interface Broker {
  readonly connectionPool: { readonly host: string; readonly port: number };
  isConnected(): boolean;
}

/** What kafkajs calls a consumer's group. Only what is mended, and what that needs. */
export interface GroupOfBrokers {
  readonly cluster: {
    readonly brokerPool: { readonly brokers: Readonly<Record<string, Broker | undefined>> };
  };
  /** How long a broker may hold a fetch, milliseconds. */
  readonly maxWaitTime: number;
  fetch(nodeId: string): Promise<readonly object[]>;
}

/**
 * kafkajs 2.2.4 ends all fetches where one broker cannot be connected to, and throws away what the others had already
 * answered: as that one refuses at once, nothing at all is read until the cluster has noticed that it is gone, 9 s as Kafka
 * comes, or for as long as only we cannot reach it. Here who fetches from that one waits, and the others go on.
 */
export const mendUnreachable = once(() => {
  const { prototype } = insideOf<{ readonly prototype: GroupOfBrokers }>('consumer/consumerGroup');
  wrap(prototype, 'fetch', async function (fetchOnce, nodeId) {
    // By the time that it fails the client may have forgotten the broker.
    const broker = this.cluster.brokerPool.brokers[nodeId];
    try {
      const fetched = await fetchOnce.call(this, nodeId);
      if (broker !== undefined) refusing.delete(broker);
      return fetched;
    } catch (error) {
      if (broker === undefined || !isRefusedBy(broker, error) || !hasConnection(this)) throw error;
      refusing.add(broker);
      await pause(this.maxWaitTime, undefined, { ref: false });
      return [];
    }
  });
});

/** Those that could not be connected to when something was last to be fetched from them. */
const refusing = new WeakSet<Broker>();

/** The address of a broker that what it leads cannot be fetched from; undefined where it can, as far as is known. */
export function refusedAddress(cluster: object, nodeId: number): string | undefined {
  const broker = (cluster as GroupOfBrokers['cluster']).brokerPool.brokers[nodeId];
  return broker !== undefined && refusing.has(broker) ? addressOf(broker) : undefined;
}

const addressOf = ({ connectionPool: { host, port } }: Broker): string => `${host}:${port}`;

/** Another that refuses, such as the group's coordinator, is everybody's trouble. */
function isRefusedBy(broker: Broker, error: unknown): boolean {
  const told = error as { readonly name?: string; readonly broker?: string };
  return told.name === 'KafkaJSConnectionError' && told.broker === addressOf(broker);
}

/** Where nobody can be reached the client must hear of it: it rides that out, and we say that no broker answers. */
const hasConnection = ({ cluster }: GroupOfBrokers): boolean =>
  Object.values(cluster.brokerPool.brokers).some((broker) => broker?.isConnected());

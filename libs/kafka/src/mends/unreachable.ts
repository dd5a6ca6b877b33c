import { setTimeout as pause } from 'node:timers/promises';
import { insideOf, once, wrap } from './mend.ts';

/** The part of kafkajs' Broker that is used. */
interface Broker {
  readonly connectionPool: { readonly host: string; readonly port: number };
  isConnected(): boolean;
}

/** The part of kafkajs' ConsumerGroup that is mended or used. */
export interface GroupOfBrokers {
  readonly cluster: {
    readonly brokerPool: { readonly brokers: Readonly<Record<string, Broker | undefined>> };
  };
  /** How long a broker may hold a fetch, milliseconds. */
  readonly maxWaitTime: number;
  fetch(nodeId: string): Promise<readonly object[]>;
}

/**
 * If one broker refuses connections, kafkajs 2.2.4 ends the fetches from all brokers, and throws away what the others have
 * answered. Nothing at all is read until the cluster has noticed that the broker is gone (9 s by Kafka's defaults), or, if
 * only we cannot reach it, for as long as that lasts. Here only the fetch from that broker pauses; the others go on.
 */
export const mendUnreachable = once(() => {
  const { prototype } = insideOf<{ readonly prototype: GroupOfBrokers }>('consumer/consumerGroup');
  wrap(prototype, 'fetch', async function (fetchOnce, nodeId) {
    // Looked up now: by the time the fetch fails the client may have forgotten the broker.
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

/** Brokers that could not be connected to at the last fetch from them. */
const refusing = new WeakSet<Broker>();

/** The broker's address if it refused the last fetch; else undefined. */
export function refusedAddress(cluster: object, nodeId: number): string | undefined {
  const broker = (cluster as GroupOfBrokers['cluster']).brokerPool.brokers[nodeId];
  return broker !== undefined && refusing.has(broker) ? addressOf(broker) : undefined;
}

const addressOf = ({ connectionPool: { host, port } }: Broker): string => `${host}:${port}`;

/** Only this broker's own refusal counts: that of another, such as the group's coordinator, concerns all fetches. */
function isRefusedBy(broker: Broker, error: unknown): boolean {
  const told = error as { readonly name?: string; readonly broker?: string };
  return told.name === 'KafkaJSConnectionError' && told.broker === addressOf(broker);
}

/** If no broker can be reached the client must get the error: it retries by itself, and we say that none answers. */
const hasConnection = ({ cluster }: GroupOfBrokers): boolean =>
  Object.values(cluster.brokerPool.brokers).some((broker) => broker?.isConnected());

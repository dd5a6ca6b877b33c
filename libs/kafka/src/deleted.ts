import { createRequire } from 'node:module';

/** What kafkajs calls a consumer's group. Only what is mended. */
export interface FetchingGroup {
  readonly cluster: { refreshMetadata(): Promise<void> };
  fetch(nodeId: string): Promise<readonly object[]>;
  recoverFromFetch(error: Error): Promise<void>;
  joinAndSync(): Promise<void>;
}

let isMended = false;

/**
 * Where a topic is not there any more kafkajs 2.2.4 asks where it is, then joins its group again. If the first fails it
 * leaves out the second: when a topic of that name is made anew it goes on reading where it was in the old one,
 * and nobody hears of it. Here it joins as soon as the topic is there.
 */
export function mendDeleted(): void {
  if (isMended) return;
  isMended = true;
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/consumerGroup') as {
    prototype: FetchingGroup;
  };
  const recover: unknown = Reflect.get(prototype, 'recoverFromFetch');
  const fetchOnce: unknown = Reflect.get(prototype, 'fetch');
  const mustJoin = new WeakSet<FetchingGroup>();
  prototype.recoverFromFetch = async function (error) {
    if (isGone(error)) mustJoin.add(this);
    await (recover as FetchingGroup['recoverFromFetch']).call(this, error);
    if (isGone(error)) mustJoin.delete(this);
  };
  prototype.fetch = async function (nodeId) {
    if (mustJoin.has(this)) {
      await this.cluster.refreshMetadata();
      await this.joinAndSync();
      mustJoin.delete(this);
    }
    return (fetchOnce as FetchingGroup['fetch']).call(this, nodeId);
  };
}

const isGone = (error: Error): boolean =>
  (error as { readonly type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION';

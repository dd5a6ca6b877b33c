import { insideOf, once, wrap } from './mend.ts';

/** What kafkajs calls a consumer's group. Only what is mended. */
export interface FetchingGroup {
  readonly cluster: { refreshMetadata(): Promise<void> };
  fetch(nodeId: string): Promise<readonly object[]>;
  recoverFromFetch(error: Error): Promise<void>;
  joinAndSync(): Promise<void>;
}

/**
 * Where a topic is not there any more kafkajs 2.2.4 asks where it is, then joins its group again. If the first fails it
 * leaves out the second: when a topic of that name is made anew it goes on reading where it was in the old one,
 * and nobody hears of it. Here it joins as soon as the topic is there.
 */
export const mendDeleted = once(() => {
  const { prototype } = insideOf<{ readonly prototype: FetchingGroup }>('consumer/consumerGroup');
  const mustJoin = new WeakSet<FetchingGroup>();
  wrap(prototype, 'recoverFromFetch', async function (recover, error) {
    if (isGone(error)) mustJoin.add(this);
    await recover.call(this, error);
    if (isGone(error)) mustJoin.delete(this);
  });
  wrap(prototype, 'fetch', async function (fetchOnce, nodeId) {
    if (mustJoin.has(this)) {
      await this.cluster.refreshMetadata();
      await this.joinAndSync();
      mustJoin.delete(this);
    }
    return fetchOnce.call(this, nodeId);
  });
});

const isGone = (error: Error): boolean =>
  (error as { readonly type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION';

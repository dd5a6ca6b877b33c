import { insideOf, once, wrap } from './mend.ts';

/** The part of kafkajs' ConsumerGroup that is mended or used. */
export interface FetchingGroup {
  readonly cluster: { refreshMetadata(): Promise<void> };
  fetch(nodeId: string): Promise<readonly object[]>;
  recoverFromFetch(error: Error): Promise<void>;
  joinAndSync(): Promise<void>;
}

/**
 * When a topic has been deleted, kafkajs 2.2.4 refreshes its metadata and then rejoins its group. If the refresh fails it
 * never rejoins: when a topic of that name is made again, it silently goes on at the offset it had in the old one. Here
 * it rejoins as soon as the topic exists.
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

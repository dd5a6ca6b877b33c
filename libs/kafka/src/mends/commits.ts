import kafkajs from 'kafkajs';
import { insideOf, once, wrap } from './mend.ts';

/** The part of kafkajs' ConsumerGroup that is mended. */
export interface CommittingGroup {
  /** Replaced at every rebalance. */
  readonly offsetManager: object;
  commitOffsets(offsets: object): Promise<void>;
}

interface CommittingGroupClass {
  readonly prototype: CommittingGroup;
}

/**
 * kafkajs 2.2.4 retries a failed commit under whatever member id the consumer has by then. After a rebalance it may so
 * repeat an offset from before it, over what the partition's new owner has committed since. Here a commit that was begun
 * before a rebalance fails after it, and its caller knows whether the partition is still its own.
 */
export const mendCommits = once(() => {
  const { prototype } = insideOf<CommittingGroupClass>('consumer/consumerGroup');
  const managerOf = new WeakMap<object, object>();
  wrap(prototype, 'commitOffsets', async function (commitOnce, offsets = {}) {
    if (!managerOf.has(offsets)) managerOf.set(offsets, this.offsetManager);
    if (managerOf.get(offsets) !== this.offsetManager) throw rebalancedSince();
    await commitOnce.call(this, offsets);
  });
});

const rebalancedSince = (): Error =>
  new kafkajs.KafkaJSNonRetriableError('The group was rebalanced before this offset could be committed');

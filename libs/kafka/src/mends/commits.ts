import kafkajs from 'kafkajs';
import { insideOf, once, wrap } from './mend.ts';

/** What kafkajs calls a consumer's group. Only what is mended. */
export interface CommittingGroup {
  /** Another one after each deal. */
  readonly offsetManager: object;
  commitOffsets(offsets: object): Promise<void>;
}

interface CommittingGroupClass {
  readonly prototype: CommittingGroup;
}

/**
 * kafkajs 2.2.4 tries a commit for as long as it fails, under whatever name the consumer has in the group by then: what
 * it said before the group was dealt anew is said again after it, over what another has committed since. Here such a
 * commit fails, and who made it knows whether the partition is still his.
 */
export const mendCommits = once(() => {
  const { prototype } = insideOf<CommittingGroupClass>('consumer/consumerGroup');
  const dealOf = new WeakMap<object, object>();
  wrap(prototype, 'commitOffsets', async function (commitOnce, offsets = {}) {
    if (!dealOf.has(offsets)) dealOf.set(offsets, this.offsetManager);
    if (dealOf.get(offsets) !== this.offsetManager) throw dealtAnew();
    await commitOnce.call(this, offsets);
  });
});

const dealtAnew = (): Error =>
  new kafkajs.KafkaJSNonRetriableError('The group has been dealt anew since this was to be committed');

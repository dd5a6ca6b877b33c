import kafkajs from 'kafkajs';
import { createRequire } from 'node:module';

/** What kafkajs calls a consumer's group. Only what is mended. */
export interface CommittingGroup {
  /** Another one after each deal. */
  readonly offsetManager: object;
  commitOffsets(offsets: object): Promise<void>;
}

interface CommittingGroupClass {
  readonly prototype: CommittingGroup;
}

let isMended = false;

/**
 * kafkajs 2.2.4 tries a commit for as long as it fails, under whatever name the consumer has in the group by then: what
 * it said before the group was dealt anew is said again after it, over what another has committed since. Here such a
 * commit fails, and who made it knows whether the partition is still his.
 */
export function mendCommits(): void {
  if (isMended) return;
  isMended = true;
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/consumer/consumerGroup') as CommittingGroupClass;
  const commitOnce: unknown = Reflect.get(prototype, 'commitOffsets');
  const dealOf = new WeakMap<object, object>();
  prototype.commitOffsets = async function (offsets = {}) {
    if (!dealOf.has(offsets)) dealOf.set(offsets, this.offsetManager);
    if (dealOf.get(offsets) !== this.offsetManager) {
      throw new kafkajs.KafkaJSNonRetriableError(
        'The group has been dealt anew since this was to be committed',
      );
    }
    await (commitOnce as CommittingGroup['commitOffsets']).call(this, offsets);
  };
}

import { setTimeout as pause } from 'node:timers/promises';
import { insideOf, once, wrap } from './mend.ts';

/** The part of kafkajs' ConsumerGroup that is mended or used. */
export interface ConsumerGroup {
  readonly groupId: string;
  readonly logger: { readonly warn: (message: string, extra: object) => void };
  joinAndSync(): Promise<void>;
}

interface ConsumerGroupClass {
  readonly prototype: ConsumerGroup;
}

/** Pause between two tries to join, doubled each time. A new coordinator has loaded its groups within seconds. */
const AGAIN_AFTER_MS = 250;
const AGAIN_AFTER_MS_MAX = 4_000;

/**
 * A broker that has just become the coordinator, or has ceased to be it, answers a join with a retriable error. kafkajs
 * 2.2.4 gives up its membership all the same and comes back as a new member, which has to wait until the session of the old
 * one expires. Here it retries the join under the same member id.
 */
export const mendJoining = once(() => {
  const { prototype } = insideOf<ConsumerGroupClass>('consumer/consumerGroup');
  wrap(prototype, 'joinAndSync', async function (joinOnce) {
    for (let pauseMs = AGAIN_AFTER_MS; ; pauseMs = Math.min(AGAIN_AFTER_MS_MAX, pauseMs * 2)) {
      try {
        return await joinOnce.call(this);
      } catch (error) {
        if (!isNotNow(error)) throw error;
        this.logger.warn('The coordinator is not ready yet, joining again', {
          groupId: this.groupId,
          error: (error as Error).message,
        });
        await pause(pauseMs, undefined, { ref: false });
      }
    }
  });
});

/** Only answers of the broker count. After a broken connection the client looks for the coordinator by itself. */
const isNotNow = (error: unknown): boolean => {
  const { name, retriable } = error as { readonly name?: string; readonly retriable?: boolean };
  return name === 'KafkaJSProtocolError' && retriable === true;
};

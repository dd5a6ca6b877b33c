import { setTimeout as pause } from 'node:timers/promises';
import { insideOf, once, wrap } from './mend.ts';

/** What kafkajs calls a consumer's group. Only what is mended. */
export interface ConsumerGroup {
  readonly groupId: string;
  readonly logger: { readonly warn: (message: string, extra: object) => void };
  joinAndSync(): Promise<void>;
}

interface ConsumerGroupClass {
  readonly prototype: ConsumerGroup;
}

/** Between two tries to join, doubled each time. A coordinator reads its groups in seconds. */
const AGAIN_AFTER_MS = 250;
const AGAIN_AFTER_MS_MAX = 4_000;

/**
 * A coordinator that has just come up, or is no longer one, says "not now" to who joins. kafkajs 2.2.4 gives up its
 * place in the group for that, though the answer is marked as one to try again after: it comes back as a new member,
 * which waits until the old one's session has expired. Here it asks again, as who it was.
 */
export const mendJoining = once(() => {
  const { prototype } = insideOf<ConsumerGroupClass>('consumer/consumerGroup');
  wrap(prototype, 'joinAndSync', async function (joinOnce) {
    for (let pauseMs = AGAIN_AFTER_MS; ; pauseMs = Math.min(AGAIN_AFTER_MS_MAX, pauseMs * 2)) {
      try {
        return await joinOnce.call(this);
      } catch (error) {
        if (!isNotNow(error)) throw error;
        this.logger.warn('The coordinator takes nobody yet, joining again', {
          groupId: this.groupId,
          error: (error as Error).message,
        });
        await pause(pauseMs, undefined, { ref: false });
      }
    }
  });
});

/** An answer of the broker, not a broken connection: for that one the client looks for the coordinator anew. */
const isNotNow = (error: unknown): boolean => {
  const { name, retriable } = error as { readonly name?: string; readonly retriable?: boolean };
  return name === 'KafkaJSProtocolError' && retriable === true;
};

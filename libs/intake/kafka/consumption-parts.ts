import type { EventStore } from '#event-store';
import type { KafkaConnection, KafkaLog } from '#kafka';
import type { Clock } from '#kernel';
import type { Ended, MessageDoor } from './event-topic.ts';

/** What a consumer of messages works with, from the group down to each of its partitions. */
export interface ConsumptionParts {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly rejectedTopic: string;
  /** Asked for each time: a rebuild may put another in its place. */
  readonly door: () => MessageDoor;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly log: KafkaLog;
  /** Called with every message that has ended. */
  readonly onEnded: (ended: readonly Ended[]) => void;
  /** How long what has ended may go uncommitted; default 200 ms. */
  readonly commitAfterMs?: number;
}

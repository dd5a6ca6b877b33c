import type { EventStore } from '#event-store';
import type { KafkaConnection, KafkaLog } from '#kafka';
import type { Clock } from '#kernel';
import type { Ended, MessageDoor } from './event-topic.ts';

/** What a consumer of messages works with, from the group down to each of its partitions. */
export interface ConsumptionParts {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly rejectedTopic: string;
  /** Called each time, for a rebuild may replace it. */
  readonly door: () => MessageDoor;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly log: KafkaLog;
  /** Called with messages that have ended. */
  readonly onEnded: (ended: readonly Ended[]) => void;
  /** The longest time from the end of a record to its commit; default 200 ms. */
  readonly commitAfterMs?: number;
  /** After this long without a heartbeat the group gives our partitions to others; default 10 s. */
  readonly sessionMs?: number;
  /** How long a member may take to rejoin in a rebalance; default 15 s. */
  readonly rebalanceMs?: number;
  /** The longest time in which a member that loses a partition still finishes the batch that it has in hand; default 5 s. */
  readonly handOverMs?: number;
}

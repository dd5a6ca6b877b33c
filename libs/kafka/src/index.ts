export { askKafka, type Extent, topicOffsets, topicsThere } from './ask.ts';
export { type BulkMessage, BulkSender } from './bulk-sender.ts';
export { BATCH_BYTES_MAX } from './codecs.ts';
export { IMPATIENT, type KafkaConnection, openKafka, PATIENT } from './connection.ts';
export { Leaders } from './mends/leaderless.ts';
export type { KafkaLog } from './log.ts';
export { Membership } from './membership.ts';
export { sendTo } from './send.ts';
export { ShardGroup } from './shard-group.ts';
export { BatchUnreadable, STAND_IN_HEADER, standIn } from './stand-in.ts';
export { createTopics, type TopicPlan, type TopicReport } from './topic-plan.ts';
export {
  isClientError,
  isClientBug,
  isTooLarge,
  KafkaUnavailable,
  kafkaTrouble,
  NO_LEADER,
  standingWords,
} from './trouble.ts';
export { within } from './within.ts';

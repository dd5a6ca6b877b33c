export { askKafka, topicsThere } from './ask.ts';
export { type BulkMessage, BulkSender } from './bulk-sender.ts';
export { BATCH_BYTES_MAX, registerCodecs } from './codecs.ts';
export { IMPATIENT, type KafkaConnection, openKafka, PATIENT, type SaslMechanism } from './connection.ts';
export type { KafkaLog } from './log.ts';
export { mendTimers } from './timers.ts';
export { createTopics, type Difference, type TopicPlan, type TopicReport } from './topic-plan.ts';
export { isClientError, isForbidden, KafkaUnavailable, kafkaTrouble } from './trouble.ts';
export { within } from './within.ts';

export type { Ended, EventTopic, MessageDoor } from './event-topic.ts';
export { KafkaIntake, type KafkaIntakeParts, type KafkaIntakeStatus } from './kafka-intake.ts';

export type { Ended, EventTopic, MessageDoor } from './event-topic.ts';
export { KafkaIntake } from './kafka-intake.ts';

export { KafkaPublisher, type KafkaPublisherParts } from './kafka-publisher.ts';
export { partitionOf } from './partition-of.ts';
export type { TopicFigures } from './topic-figures.ts';

import type { TopicPlan } from '#kafka';
import type { Settings } from '../../environment.ts';

/** An order of a thousand lines with its history, and whatever was refused, must fit. */
const LARGE_RECORD_BYTES = String(4 * 1024 * 1024);
const COMPACTED = { 'cleanup.policy': 'compact' } as const;
const DELETED = { 'cleanup.policy': 'delete' } as const;

/** Every topic that OnHand reads or writes, as it should be. How long events are kept is the brokers' to say. */
export function topicsOf(settings: Settings, partitions: number): readonly TopicPlan[] {
  const events = settings.KAFKA_EVENT_TOPICS.map((told) => told.split('=', 1)[0]!);
  return [
    ...events.map((topic) => ({ topic, partitions, settings: DELETED })),
    { topic: settings.KAFKA_AVAILABILITY_TOPIC, partitions, settings: COMPACTED },
    {
      topic: settings.KAFKA_ORDERS_TOPIC,
      partitions,
      settings: { ...COMPACTED, 'max.message.bytes': LARGE_RECORD_BYTES },
    },
    {
      topic: settings.KAFKA_REJECTED_TOPIC,
      partitions,
      settings: { ...DELETED, 'max.message.bytes': LARGE_RECORD_BYTES },
    },
    { topic: settings.KAFKA_SHARDS_TOPIC, partitions: settings.SHARDS, settings: DELETED },
  ];
}

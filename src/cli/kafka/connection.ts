import type { KafkaConnection } from '#kafka';
import type { Settings } from '../../environment.ts';
import { kafkaConnectionOf } from '../../kafka.ts';
import { CommandRefused } from '../problem.ts';

export function connectionOrRefuse(settings: Settings): KafkaConnection {
  const connection = kafkaConnectionOf(settings);
  if (connection !== undefined) return connection;
  throw new CommandRefused({
    code: 'CONFIGURATION',
    detail: 'KAFKA_BROKERS is not set. Say where Kafka is with KAFKA_BROKERS=host:port.',
  });
}

export { ANSWER_MS_MAX, KafkaCluster, startKafka } from './cluster.ts';
export { KafkaProxy, REQUEST } from './proxy.ts';
export { KAFKA_VERSIONS, type KafkaVersion } from './jars.ts';

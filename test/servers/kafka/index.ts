export { KafkaCluster, type KafkaOptions, startKafka } from './cluster.ts';
export { KafkaProxy, REQUEST } from './proxy.ts';
export { hasJava, KAFKA_VERSIONS, kafkaJars, type KafkaVersion } from './jars.ts';
export { ADMIN, type Users } from './security.ts';

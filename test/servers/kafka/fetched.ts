import { KAFKA_VERSIONS, kafkaJars } from './jars.ts';

/** Before any test: fetching takes as long as the network does, and no test waits for that. */
export default async function fetchJars(): Promise<void> {
  for (const version of KAFKA_VERSIONS) await kafkaJars(version);
}

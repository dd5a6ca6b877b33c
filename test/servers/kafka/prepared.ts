import { keepClasses } from './classes.ts';
import { KAFKA_VERSIONS, kafkaJars } from './jars.ts';

/** Before any test: fetching takes as long as the network does, and no test waits for that. */
export default async function prepare(): Promise<void> {
  for (const version of KAFKA_VERSIONS) await kafkaJars(version);
  await Promise.all(KAFKA_VERSIONS.map(keepClasses));
}

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The versions the suites run on: the last with the old coordinator, and the newest. */
export const KAFKA_VERSIONS = ['3.9.1', '4.1.1'] as const;
export type KafkaVersion = (typeof KAFKA_VERSIONS)[number];

const CACHE = new URL('../../../.cache/kafka/', import.meta.url).pathname;
/** Kafka 3 and 4 are both written against this one. */
const SLF4J = '1.7.36';

/**
 * The folder with a Kafka's jars, the client's among them; fetched from Maven Central the first time (45 MB, some
 * seconds), from then on kept in `.cache/kafka`. Throws where `mvn` is missing or cannot fetch.
 */
export async function kafkaJars(version: string): Promise<string> {
  const folder = join(CACHE, version);
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, 'fetching-'));
  try {
    await writeFile(join(draft, 'pom.xml'), pom(version));
    const words = [
      '-q',
      '-B',
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      '-DoutputDirectory=jars',
    ];
    const { status, stdout, stderr, error } = spawnSync('mvn', words, { cwd: draft, encoding: 'utf8' });
    if (status !== 0)
      throw new Error(`Kafka ${version} could not be fetched: ${error?.message ?? stdout + stderr}`);
    await rename(join(draft, 'jars'), folder).catch((cause: unknown) => {
      if (!existsSync(folder)) throw cause; // Another process was faster, and its jars are as good.
    });
    return folder;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const pom = (version: string): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>onhand</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependency('org.apache.kafka', 'kafka_2.13', version)}
    ${dependency('org.slf4j', 'slf4j-simple', SLF4J)}
  </dependencies>
</project>
`;

const dependency = (group: string, artifact: string, version: string): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;

import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startKafka } from './cluster.ts';
import { type KafkaVersion, kafkaJars } from './jars.ts';
import { classesOf } from './node.ts';

/**
 * Half of what a broker's start costs (4 s of processor time) is loading its classes. One broker leaves them beside
 * the jars as Java has them in memory, once; every other takes them from there.
 */
export async function keepClasses(version: KafkaVersion): Promise<void> {
  const archive = classesOf(await kafkaJars(version));
  if (existsSync(archive)) return;
  const draft = `${archive}.${process.pid}`;
  const cluster = await startKafka({ version, classesTo: draft });
  await cluster.shutDown();
  await removeFormer(version, archive);
  await rename(draft, archive);
  await cluster.stop();
}

/** Those of jars that were here before, or were copied here with them: 45 MB each. */
async function removeFormer(version: KafkaVersion, archive: string): Promise<void> {
  const folder = dirname(archive);
  const former = (await readdir(folder)).filter(
    (file) => file.startsWith(`${version}.`) && file.endsWith('.jsa'),
  );
  for (const file of former) await rm(join(folder, file), { force: true });
}

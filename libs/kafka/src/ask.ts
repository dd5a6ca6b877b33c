import type { Admin, ITopicMetadata } from 'kafkajs';
import { IMPATIENT, type KafkaConnection, openKafka } from './connection.ts';
import { SILENT } from './log.ts';
import { kafkaTrouble } from './trouble.ts';
import { within } from './within.ts';

const GOODBYE_MS_MAX = 3_000;

/**
 * Asks the cluster something over a connection of its own, without patience. Throws KafkaUnavailable with words
 * that help; the client's own words are kept out of the log.
 */
export async function askKafka<Answer>(
  connection: KafkaConnection,
  ask: (admin: Admin) => Promise<Answer>,
): Promise<Answer> {
  let admin: Admin | undefined;
  try {
    admin = openKafka(connection, { log: SILENT, retry: IMPATIENT }).admin();
    await admin.connect();
    return await ask(admin);
  } catch (error) {
    throw kafkaTrouble(error, connection);
  } finally {
    if (admin !== undefined) await within(admin.disconnect(), GOODBYE_MS_MAX);
  }
}

/** What is there of these topics: by name, with its partitions. Those that are not there, or not for us, are left out. */
export async function topicsThere(
  admin: Admin,
  topics: readonly string[],
): Promise<ReadonlyMap<string, ITopicMetadata>> {
  const listed = new Set(await admin.listTopics());
  const there = topics.filter((topic) => listed.has(topic));
  if (there.length === 0) return new Map();
  const { topics: found } = await admin.fetchTopicMetadata({ topics: there });
  return new Map(found.map((topic) => [topic.name, topic]));
}

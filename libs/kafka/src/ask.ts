import type { Admin, ITopicMetadata } from 'kafkajs';
import { IMPATIENT, type KafkaConnection, openKafka } from './connection.ts';
import { SILENT } from './log.ts';
import { kafkaTrouble } from './trouble.ts';
import { within } from './within.ts';

const GOODBYE_MS_MAX = 3_000;

/** A connection over which somebody asks, or several who began to ask together. */
interface Line {
  readonly admin: Admin;
  readonly connected: Promise<void>;
  askers: number;
}

/** Lines that are not connected yet: who asks meanwhile asks over them. One that stands may be about to end, or hang. */
const connecting = new WeakMap<KafkaConnection, Line>();

/**
 * Asks the cluster something over a connection of its own, which those who ask at the same time share, without patience.
 * Throws KafkaUnavailable with words that help; the client's own words are kept out of the log.
 */
export async function askKafka<Answer>(
  connection: KafkaConnection,
  ask: (admin: Admin) => Promise<Answer>,
): Promise<Answer> {
  let line: Line | undefined;
  try {
    line = connecting.get(connection) ?? openLine(connection);
    line.askers++;
    await line.connected;
    return await ask(line.admin);
  } catch (error) {
    throw kafkaTrouble(error, connection);
  } finally {
    if (line !== undefined && --line.askers === 0) await within(line.admin.disconnect(), GOODBYE_MS_MAX);
  }
}

function openLine(connection: KafkaConnection): Line {
  const admin = openKafka(connection, { log: SILENT, retry: IMPATIENT }).admin();
  const connected = admin.connect().finally(() => connecting.delete(connection));
  const line = { admin, connected, askers: 0 };
  connecting.set(connection, line);
  return line;
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

/** What a partition holds: offsets from `low` to below `high`. */
interface PartitionOffsets {
  readonly low: number;
  readonly high: number;
}

/** Of each partition by its number; undefined where nobody leads it just now. Throws where there is no such topic. */
export async function topicOffsets(
  admin: Admin,
  topic: string,
): Promise<readonly (PartitionOffsets | undefined)[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const told = await admin.fetchTopicOffsets(topic);
  // How many there are is never asked of the offsets: the last of them may have no leader.
  const offsets = new Array<PartitionOffsets | undefined>(topics[0]!.partitions.length).fill(undefined);
  for (const { partition, low, high } of told) offsets[partition] = { low: Number(low), high: Number(high) };
  return offsets;
}

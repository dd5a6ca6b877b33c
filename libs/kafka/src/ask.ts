import type { Admin, ITopicMetadata } from 'kafkajs';
import { IMPATIENT, type KafkaConnection, openKafka } from './connection.ts';
import { SILENT } from './log.ts';
import { kafkaTrouble } from './trouble.ts';
import { within } from './within.ts';

const GOODBYE_MS_MAX = 3_000;

/** A connection to ask questions over, shared by callers that began at the same time. */
interface Line {
  readonly admin: Admin;
  readonly connected: Promise<void>;
  askers: number;
}

/** Lines that are still connecting: only these are shared. One that is connected may be about to close, or may hang. */
const connecting = new WeakMap<KafkaConnection, Line>();

/**
 * Asks the cluster something over a short-lived connection, which callers at the same time share. Retries only once.
 * Throws KafkaUnavailable, whose message says what to do, and names `topic` where that is missing; the client's own messages are kept out of the log.
 */
export async function askKafka<Answer>(
  connection: KafkaConnection,
  ask: (admin: Admin) => Promise<Answer>,
  topic?: string,
): Promise<Answer> {
  let line: Line | undefined;
  try {
    line = connecting.get(connection) ?? openLine(connection);
    line.askers++;
    await line.connected;
    return await ask(line.admin);
  } catch (error) {
    throw kafkaTrouble(error, connection, topic);
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

/** Those of these topics that exist and that we may see, by name. */
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
export interface Extent {
  readonly low: number;
  readonly high: number;
}

/** By partition number; undefined for a partition that has no leader just now. Throws if there is no such topic. */
export async function topicOffsets(admin: Admin, topic: string): Promise<readonly (Extent | undefined)[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const told = await admin.fetchTopicOffsets(topic);
  // The answer does not say how many partitions there are: it leaves out those without a leader.
  const offsets = new Array<Extent | undefined>(topics[0]!.partitions.length).fill(undefined);
  for (const { partition, low, high } of told) offsets[partition] = { low: Number(low), high: Number(high) };
  return offsets;
}

/**
 * Through a real Kafka, on the same machine as everything else, on each version in turn:
 *
 * - `…-bare-produce`: messages a second that kafkajs alone brings to a topic: the bench's sales, 1,000 to a
 *   send, four sends on their way, acknowledged by all replicas; the median of five rounds.
 * - `…-end-to-end`: as many messages of that size wait in the topic of events, behind others to warm up with; from the
 *   first of them that the service takes until a plain consumer of the compacted topic has the last one's number.
 *   Against the bare produce of the same run.
 * - `…-produced-to-told`: at half of that rate, from `send` until a plain consumer of the compacted topic has
 *   the number; after ten seconds of the same.
 * - `…-told-at-1000`: the same at 1,000 messages a second.
 * - `…-idle-wake-ups`: how often a second any thread of the service is woken while nothing happens, without
 *   what it does without Kafka, a connection to the broker.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Consumer, type EachBatchPayload, Kafka, type Message, type Producer } from 'kafkajs';
import { type KafkaCluster, type KafkaVersion, startKafka } from '../servers/kafka/index.ts';
import { atLeast, atMost, type Figure, inFolder, median, quantile, shown, type Size } from './figure.ts';
import { LINES_MAX, sale } from './merchant.ts';
import { type Service, startService } from './service.ts';
import { stockOverHttp } from './stock-over-http.ts';

const VERSIONS: readonly KafkaVersion[] = ['3.9.1', '4.1.1'];
const EVENTS = 'onhand.events';
const TOLD = 'onhand.availability';
const BARE = 'bare';
const PARTITIONS = 8;
const ITEMS = 5_000;
/** What the opening stock was told by. */
const RECEIPTS = Math.ceil(ITEMS / LINES_MAX);
const MESSAGES_A_SEND = 1_000;
const SENDS_AT_ONCE = 4;
/** Each takes a second or two: one may be out by a third. */
const BARE_ROUNDS = 5;
/** Messages a second of a merchant who sells a lot. */
const CALM_RATE = 1_000;
const IDLE_MS = 10_000;
const SETTLE_MS = 500;

/** By name: each version in a process of its own, so that none comes behind what the other has left. */
export const KAFKA_BENCHES = Object.fromEntries(
  VERSIONS.map((version) => [`kafka-${version}`, (size: Size) => onVersion(version, size)]),
);

async function onVersion(version: KafkaVersion, { isShort }: Size): Promise<Figure[]> {
  const messages = isShort ? 20_000 : 200_000;
  // What is new to Java and to Node is slow, for longer than it takes to get through all of it.
  const warmUp = isShort ? 5_000 : 100_000;
  const cluster = await startKafka({ version, isForLong: true });
  const client = new Kafka(cluster.clientConfig());
  const producer = client.producer({ idempotent: false, allowAutoTopicCreation: false });
  try {
    await makeTopics(client);
    await producer.connect();
    await produceAll(producer, BARE, saleMessages(warmUp, 0));
    const bares: number[] = [];
    for (let round = 0; round < BARE_ROUNDS; round++) {
      bares.push(await produceAll(producer, BARE, saleMessages(messages / 2, 0)));
    }
    const bare = median(bares);
    return await inFolder(async (directory) => {
      const idleAlone = await withService(directory, {}, async (service) => {
        await stockOverHttp(service.url, ITEMS);
        return wakeUps(service);
      });
      await produceAll(producer, EVENTS, saleMessages(warmUp + messages, 1e6));
      const settings = { KAFKA_BROKERS: cluster.brokers.join(',') };
      return withService(directory, settings, async (service) => {
        const endToEnd = await consumeAll({ cluster, service }, { warmUp, messages });
        const load = isShort
          ? { warmUpMs: 1_000, durationMs: 5_000 }
          : { warmUpMs: 10_000, durationMs: 25_000 };
        const half = { ...load, perSecond: endToEnd / 2, first: 2e6 };
        const lags = await lagsAt({ cluster, producer }, half);
        const calm = await lagsAt({ cluster, producer }, { ...load, perSecond: CALM_RATE, first: 3e6 });
        const idle = (await wakeUps(service)) - idleAlone;
        const connections = connectionsTo(service.processId, cluster);
        return [
          shown(`kafka-${version}-bare-produce`, bare, 'messages/s'),
          shown(`kafka-${version}-rate`, endToEnd, 'messages/s'),
          atLeast(`kafka-${version}-end-to-end`, endToEnd / bare, '× bare produce', 0.25),
          atMost(`kafka-${version}-produced-to-told-p50`, quantile(lags, 0.5), 'ms', 5),
          atMost(`kafka-${version}-produced-to-told-p99`, quantile(lags, 0.99), 'ms', 30),
          shown(`kafka-${version}-told-at-${CALM_RATE}-p50`, quantile(calm, 0.5), 'ms'),
          shown(`kafka-${version}-told-at-${CALM_RATE}-p99`, quantile(calm, 0.99), 'ms'),
          atMost(`kafka-${version}-idle-wake-ups`, idle / connections, '/s a connection', 5),
        ];
      });
    });
  } finally {
    await producer.disconnect();
    await cluster.stop();
  }
}

async function makeTopics(client: Kafka): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  const compacted = [{ name: 'cleanup.policy', value: 'compact' }];
  const make = (topic: string, configEntries?: typeof compacted) => ({
    topic,
    numPartitions: PARTITIONS,
    replicationFactor: 1,
    ...(configEntries && { configEntries }),
  });
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      make(BARE),
      make(EVENTS),
      make(TOLD, compacted),
      make('onhand.orders', compacted),
      make('onhand.rejected'),
      { ...make('onhand.shards'), numPartitions: 16 },
    ],
  });
  await admin.disconnect();
}

function* saleMessages(count: number, first: number): Generator<Message> {
  for (let number = first; number < first + count; number++) {
    yield {
      key: `S-${number}`,
      value: JSON.stringify(sale(number, ITEMS)),
      headers: { 'content-type': 'application/cloudevents+json' },
    };
  }
}

/** Messages a second. */
async function produceAll(producer: Producer, topic: string, messages: Iterable<Message>): Promise<number> {
  const all = [...messages];
  const sends: Message[][] = [];
  for (let first = 0; first < all.length; first += MESSAGES_A_SEND) {
    sends.push(all.slice(first, first + MESSAGES_A_SEND));
  }
  const start = performance.now();
  const lane = async (): Promise<void> => {
    for (let send = sends.pop(); send !== undefined; send = sends.pop()) {
      await producer.send({ topic, messages: send, acks: -1 });
    }
  };
  await Promise.all(Array.from({ length: SENDS_AT_ONCE }, lane));
  return all.length / ((performance.now() - start) / 1_000);
}

interface Status {
  readonly head: number;
  readonly posted: number;
  readonly projected: number;
  readonly published: number;
  readonly counts: { readonly accepted: number };
}

const statusOf = async ({ url }: Service): Promise<Status> =>
  (await (await fetch(`${url}/v1/status`)).json()) as Status;

/**
 * Messages a second, of those that wait in the topic behind the first `warmUp`: from when one is seen taken to when a plain
 * consumer has the last number that is told of them.
 */
async function consumeAll(
  { cluster, service }: { readonly cluster: KafkaCluster; readonly service: Service },
  { warmUp, messages }: { readonly warmUp: number; readonly messages: number },
): Promise<number> {
  const before = RECEIPTS + warmUp;
  let toldAt = 0;
  const consumer = await readTold(cluster, 'last', () => (toldAt = performance.now()));
  let start: { readonly at: number; readonly accepted: number } | undefined;
  for (;;) {
    const now = await statusOf(service);
    const at = performance.now();
    if (start === undefined && now.counts.accepted > before) {
      start = { at, accepted: now.counts.accepted };
    }
    const isAllTaken = now.counts.accepted >= before + messages;
    const isPublished = now.published >= now.head && now.posted >= now.head;
    if (start !== undefined && isAllTaken && isPublished && (await isTold(service))) {
      await pause(SETTLE_MS); // The service may have read the last one back a little sooner.
      await consumer.disconnect();
      return (before + messages - start.accepted) / ((toldAt - start.at) / 1_000);
    }
    await pause(20);
  }
}

/** A plain consumer of the compacted topic, from now on. */
async function readTold(
  cluster: KafkaCluster,
  name: string,
  onBatch: (batch: EachBatchPayload['batch']) => void,
): Promise<Consumer> {
  const groupId = `bench-${cluster.version}-${name}`;
  const consumer = new Kafka(cluster.clientConfig()).consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: TOLD, fromBeginning: false });
  const { promise: joined, resolve } = Promise.withResolvers<void>();
  consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      onBatch(batch);
      return Promise.resolve();
    },
  });
  await joined;
  return consumer;
}

/** The topic holds all that it should, as read back. */
async function isTold({ url }: Service): Promise<boolean> {
  if ((await fetch(`${url}/health/ready`)).status !== 200) return false;
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return /^onhand_topic_keys_pending\{topic="availability"\} 0$/m.test(metrics);
}

/** Milliseconds from a message's send to its number, read back by a plain consumer. */
async function lagsAt(
  { cluster, producer }: { cluster: KafkaCluster; producer: Producer },
  load: Readonly<Record<'perSecond' | 'warmUpMs' | 'durationMs' | 'first', number>>,
): Promise<number[]> {
  const { perSecond, warmUpMs, durationMs, first } = load;
  const sentAt = new Map<string, number>();
  const lags: number[] = [];
  const consumer = await readTold(cluster, 'lags', (batch) => {
    const now = performance.now();
    for (const { key } of batch.messages) {
      const [channel, sku] = key!.toString().split(':') as [string, string];
      const at = channel === 'web' ? sentAt.get(sku) : undefined;
      if (at === undefined) continue;
      sentAt.delete(sku);
      lags.push(now - at);
    }
  });
  const start = performance.now();
  const sends: Promise<unknown>[] = [];
  for (let told = 0, now = start; now < start + durationMs; now = performance.now()) {
    const due = Math.floor(((now - start) / 1_000) * perSecond) - told;
    if (due > 0) {
      const messages = [...saleMessages(due, first + told)];
      told += due;
      if (now - start > warmUpMs) for (const { value } of messages) sentAt.set(skuIn(value as string), now);
      sends.push(producer.send({ topic: EVENTS, messages, acks: -1 }));
    }
    await pause(1);
  }
  await Promise.all(sends);
  for (let waited = 0; sentAt.size > 0 && waited < 10_000; waited += 50) await pause(50);
  await consumer.disconnect();
  if (sentAt.size > 0) throw new Error(`${sentAt.size} numbers never came.`);
  return lags;
}

const skuIn = (message: string): string => /"sku":"([^"]+)"/.exec(message)![1]!;

async function withService<Answer>(
  directory: string,
  settings: Readonly<Record<string, string>>,
  use: (service: Service) => Promise<Answer>,
): Promise<Answer> {
  // What waits in the topic is taken long before all of it is told, and the service ready.
  const service = await startService(directory, settings, 'up');
  try {
    return await use(service);
  } finally {
    await service.stop();
  }
}

/** A second, of all threads together, while nothing is asked of it. */
async function wakeUps({ processId }: Service): Promise<number> {
  await pause(3_000);
  const before = switchesOf(processId);
  await pause(IDLE_MS);
  return (switchesOf(processId) - before) / (IDLE_MS / 1_000);
}

/** How often its threads have gone to sleep of their own accord: each had been woken before. */
function switchesOf(processId: number): number {
  const tasks = `/proc/${processId}/task`;
  return readdirSync(tasks).reduce((sum, task) => {
    const [, switches] = /^voluntary_ctxt_switches:\s+(\d+)/m.exec(
      readFileSync(`${tasks}/${task}/status`, 'utf8'),
    )!;
    return sum + Number(switches);
  }, 0);
}

/** TCP connections of the process to the broker. */
function connectionsTo(processId: number, { brokers }: KafkaCluster): number {
  const ports = new Set(
    brokers.map((broker) => Number(broker.split(':').at(-1)).toString(16).toUpperCase().padStart(4, '0')),
  );
  const own = new Set(readdirSync(`/proc/${processId}/fd`).map((file) => linkOf(processId, file)));
  const established = ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${processId}/net/${table}`, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote, state, , , , , , inode]) => {
      return state === '01' && ports.has(remote!.split(':')[1]!) && own.has(`socket:[${inode}]`);
    });
  return Math.max(1, established.length);
}

function linkOf(processId: number, file: string): string {
  try {
    return readlinkSync(`/proc/${processId}/fd/${file}`);
  } catch {
    return ''; // Closed since.
  }
}

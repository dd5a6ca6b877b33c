import type { Admin, Producer } from 'kafkajs';
import { StoreUnavailable } from '#event-store';
import { KafkaIntake, type MessageDoor } from '#intake/kafka';
import type { KafkaConnection, KafkaLog } from '#kafka';
import { type Running, startService } from '../http/harness.ts';
import type { KafkaCluster } from '../servers/kafka/index.ts';
import { binary, connect, type Counts, makeTopics, type Names, namesOf, receivedBy } from './scene.ts';
import { until } from '../fixtures/waiting.ts';
import { setUp } from '../rows/set-up.ts';

/** A service without Kafka, and as many consumers beside it as a test wants: their door can be made to fail. */
export interface IntakeScene {
  readonly running: Running;
  readonly names: Names;
  readonly admin: Admin;
  readonly producer: Producer;
  /** Starts a consumer. It is stopped at the end, if not before. */
  readonly start: (options?: StartOptions) => RunningIntake;
  /** Sends so many sales, each of one A, spread over the partitions; their ids are `{name}-{n}`. */
  readonly sell: (name: string, count: number, partitions?: number) => Promise<void>;
  readonly received: (count: number) => Promise<Counts>;
  /** By partition: the next offset as the group has it with the brokers, -1 where it has none. */
  readonly committed: () => Promise<readonly number[]>;
  /** The topic is deleted, and made again with the same name. */
  readonly makeAnew: () => Promise<void>;
  /** What became of all there was, so many or more: repeats are counted after what came with them. */
  readonly atRest: (count: number) => Promise<Counts>;
  readonly end: () => Promise<void>;
}

interface StartOptions {
  readonly door?: (journal: MessageDoor) => MessageDoor;
  /** Of another group, or over other topics. */
  readonly names?: Partial<Names>;
  readonly connection?: Partial<KafkaConnection>;
  /** More topics than that of the scene. */
  readonly alsoFrom?: readonly string[];
  readonly silentMsMax?: number;
  readonly commitAfterMs?: number;
  readonly handOverMs?: number;
  /** Over another log. */
  readonly over?: Running;
}

interface RunningIntake {
  readonly intake: KafkaIntake;
  /** Words of its log, the level first. */
  readonly words: readonly string[];
  readonly fatal: readonly unknown[];
  readonly ready: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** On a busy machine all may stand still for longer than a session lasts, and who has lost it reads some records again. */
const LASTING = { sessionMs: 60_000, rebalanceMs: 60_000, handOverMs: 30_000 };

export async function openIntakeScene(
  kafka: KafkaCluster,
  partitions = 1,
  replicaAssignment?: Parameters<typeof makeTopics>[3],
): Promise<IntakeScene> {
  const names = namesOf();
  const { admin, producer, disconnect } = await connect(kafka);
  await makeTopics(admin, names, partitions, replicaAssignment);
  const running = await openShop();
  const started: RunningIntake[] = [];
  return {
    ...{ running, names, admin, producer },
    start: (options = {}) => {
      const intake = startIntake(kafka, options.over ?? running, { ...names, ...options.names }, options);
      started.push(intake);
      return intake;
    },
    sell: async (name, count, spread = partitions) => {
      const all = Array.from({ length: spread }, (_, partition) =>
        producer.send({
          topic: names.events,
          acks: -1,
          messages: sales(name, count, partition, spread),
        }),
      );
      await Promise.all(all);
    },
    received: (count) => receivedBy(running, count),
    committed: async () => {
      const [topic] = await admin.fetchOffsets({ groupId: names.group, topics: [names.events] });
      return topic!.partitions
        .toSorted((a, b) => a.partition - b.partition)
        .map(({ offset }) => Number(offset));
    },
    makeAnew: async () => {
      await admin.deleteTopics({ topics: [names.events] });
      await until(async () => !(await admin.listTopics()).includes(names.events), 'it is gone');
      await makeTopics(admin, { ...names, rejected: `${names.rejected}-2` });
    },
    atRest: async (count) => {
      await receivedBy(running, count);
      await until(() => started.every(({ intake }) => intake.status().lag === 0), 'all is read');
      await projected(running);
      return receivedBy(running, count);
    },
    end: async () => {
      await Promise.all(started.map((each) => each.stop()));
      await running.stop();
      await disconnect();
    },
  };
}

/** A store that does not serve for as long as it is on. */
export const withOutage = (journal: MessageDoor, outage: { readonly isOn: boolean }): MessageDoor => ({
  accept: (arrivals, by) =>
    outage.isOn ? Promise.reject(new StoreUnavailable('a fault of the test')) : journal.accept(arrivals, by),
});

/** A service with what a shop needs, and no Kafka of its own. */
export async function openShop(): Promise<Running> {
  const running = await startService({ AUTH: 'off', LOG_LEVEL: 'fatal' });
  await setUp(running);
  return running;
}

/** `name-0`, `name-1`, …: every `spread`th of them, from the `partition`th on. */
function sales(name: string, count: number, partition: number, spread: number) {
  const messages = [];
  for (let n = partition; n < count; n += spread) {
    messages.push({ ...saleRecord(`${name}-${n}`), partition });
  }
  return messages;
}

export const saleRecord = (id: string) =>
  binary({
    ...{ specversion: '1.0', id, source: 'web', type: 'sale.completed', time: '2026-11-01T08:00:00Z' },
    data: { saleId: id, location: 'east', lines: [{ sku: 'A', quantity: 1 }] },
  });

function startIntake(
  kafka: KafkaCluster,
  { service }: Running,
  names: Names,
  { door, connection, alsoFrom = [], silentMsMax, commitAfterMs, handOverMs }: StartOptions,
): RunningIntake {
  const { onhand } = service;
  const words: string[] = [];
  const fatal: unknown[] = [];
  const say =
    (level: string) =>
    ({ err }: { readonly err?: unknown }, said: string): void => {
      words.push(err instanceof Error ? `${level}: ${said} (${err.message})` : `${level}: ${said}`);
    };
  const log: KafkaLog = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  const intake = new KafkaIntake({
    connection: { brokers: kafka.brokers, clientId: 'test', isEncrypted: false, ...connection },
    groupId: names.group,
    topics: [names.events, ...alsoFrom].map((topic) => ({ topic })),
    rejectedTopic: names.rejected,
    door: () => (door === undefined ? onhand.rooms.journal : door(onhand.rooms.journal)),
    store: onhand.rooms.store,
    clock: onhand.clock,
    log,
    onEnded: () => undefined,
    onFatal: (cause) => fatal.push(cause),
    ...LASTING,
    ...(silentMsMax !== undefined && { silentMsMax }),
    ...(commitAfterMs !== undefined && { commitAfterMs }),
    ...(handOverMs !== undefined && { handOverMs }),
  });
  const ending = new AbortController();
  const ended = intake.run(ending.signal).catch(() => undefined);
  return {
    ...{ intake, words, fatal },
    ready: () => until(() => intake.status().isReady, 'it consumes'),
    stop: async () => {
      ending.abort();
      await ended;
    },
  };
}

/** Errors in its log. That a broker is slow to answer is no fault of anybody on a busy machine. */
export const errorsIn = (words: readonly string[]): string[] =>
  words.filter((said) => said.startsWith('error') && !said.includes('keeps retrying'));

/** What the shop holds of A: every sale taken once makes it one less. */
export async function soldOfA(running: Pick<Running, 'ask'>): Promise<number> {
  await projected(running);
  return -(await running.ask('GET /v1/items/A')).json.totals.onHand;
}

async function projected({ ask }: Pick<Running, 'ask'>): Promise<void> {
  const { head } = (await ask('GET /v1/status')).json as { head: number };
  await until(async () => {
    const { posted, projected } = (await ask('GET /v1/status')).json as { posted: number; projected: number };
    return posted >= head && projected >= head;
  }, 'all is posted');
}

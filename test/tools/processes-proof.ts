import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Kafka, type Message } from 'kafkajs';
import { Service } from '../e2e/service.ts';
import { onHand } from '../fixtures/process.ts';
import { between, oneOf, randomOf } from '../fixtures/random.ts';
import { StoreServer } from '../fixtures/store-server.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import { answeredNumbers, pages, readSettledTopic } from './told-numbers.ts';

/**
 * Two processes of each role over one log and one Kafka, under load. Every few seconds one of them is killed
 * (kill -9) and started again; one is paused for a while and goes on as if nothing had been. Then nothing may
 * be lost or doubled, and the last record of every key must be the number that both doors answer.
 * `npm run build && node --conditions=source test/tools/processes-proof.ts --seconds 60 --rate 300`
 */
interface ProcessesProofOptions {
  /** How long there is load, and trouble. */
  readonly seconds: number;
  /** Messages a second, told through Kafka. */
  readonly rate: number;
  readonly killEverySeconds: number;
  /** How long one process stands still; 0: none does. */
  readonly pausedSeconds: number;
  readonly seed?: number;
  readonly say?: (line: string) => void;
}

const ROLES = ['http', 'intake', 'posting', 'availability', 'publishing'] as const;
const OF_EACH = 2;
/** Whom a pause can do most harm: they believe to own what others have meanwhile. */
const PAUSED: readonly Role[] = ['posting', 'publishing'];
const CHANNELS = ['web', 'till'] as const;
const SKUS = Array.from({ length: 200 }, (_, index) => `SKU-${index}`);
const OPENING = 1_000_000;
const EVENTS = 'onhand.events';
const REST_WITHIN_MS = 120_000;

type Role = (typeof ROLES)[number];

interface Member {
  readonly role: Role;
  readonly service: Service;
  isPaused: boolean;
  /** Once it is back from its last end. */
  isReady: Promise<void>;
}

interface Scene {
  readonly kafka: KafkaCluster;
  readonly members: readonly Member[];
  readonly say: (line: string) => void;
}

/** What is not as it should be; none: all of it holds. */
async function proveProcesses(options: ProcessesProofOptions): Promise<string[]> {
  const say = options.say ?? ((): void => undefined);
  const kafka = await startKafka({ version: '4.1.1' });
  const store = await StoreServer.start();
  const members: Member[] = [];
  try {
    const env = { KAFKA_BROKERS: kafka.brokers.join(','), EVENT_STORE: store.url };
    await onHand(['topics', 'create', '--partitions', '8'], env);
    for (const role of ROLES) {
      for (let number = 0; number < OF_EACH; number++) {
        members.push({
          role,
          service: await Service.start({ ...env, ROLES: role }),
          isPaused: false,
          isReady: Promise.resolve(),
        });
      }
    }
    const scene = { kafka, members, say };
    const door = members[0]!.service;
    await setUp(door);
    const isOver = AbortSignal.timeout(options.seconds * 1_000);
    const [sold] = await Promise.all([
      sell(scene, options, isOver),
      killOften(scene, options, isOver),
      pauseOne(scene, options, isOver),
    ]);
    say(`${sold.messages} messages told in ${options.seconds} s`);
    await atRest(scene, sold.messages);
    return await compare(scene, { sold, env, isPaused: options.pausedSeconds > 0 });
  } finally {
    for (const { service } of members) service.send('SIGCONT');
    for (const { service } of members) await service.stop();
    store.stop();
    await kafka.stop();
  }
}

async function setUp(door: Service): Promise<void> {
  await door.put('/v1/locations/main', { kind: 'warehouse' });
  await door.put('/v1/sources/wms', { kind: 'warehouse' });
  for (const id of CHANNELS)
    await door.put(`/v1/channels/${id}`, { kind: 'pos', locations: ['main'], lists: 'all' });
  await door.put('/v1/policies/channel:till', { percent: 50, buffer: 7 });
  const lines = SKUS.map((sku) => ({ sku, quantity: OPENING }));
  const { status } = await door.tell('wms', 'stock.received', {
    documentId: 'opening',
    location: 'main',
    lines,
  });
  if (status !== 201) throw new Error(`the opening stock was answered with ${status}`);
}

/** What was told, and how much of each item that took. */
interface Sold {
  readonly messages: number;
  readonly bySku: ReadonlyMap<string, number>;
}

/** Sales of a few units each, now and then one told twice: the repeats are not counted. */
async function sell(
  { kafka }: Scene,
  { rate, seed = 1 }: ProcessesProofOptions,
  isOver: AbortSignal,
): Promise<Sold> {
  const random = randomOf(seed);
  const bySku = new Map<string, number>();
  const producer = new Kafka(kafka.clientConfig()).producer({ idempotent: false });
  await producer.connect();
  const start = Date.now();
  let number = 0;
  while (!isOver.aborted) {
    const messages: Message[] = [];
    for (const due = Math.floor(((Date.now() - start) / 1_000) * rate); number < due; number++) {
      const sku = oneOf(random, SKUS);
      const quantity = between(random, 1, 4);
      bySku.set(sku, (bySku.get(sku) ?? 0) + quantity);
      const message = sale(number, sku, quantity);
      messages.push(message);
      if (number % 50 === 0) messages.push(message);
    }
    if (messages.length > 0) await producer.send({ topic: EVENTS, messages, acks: -1 });
    await sleep(20);
  }
  await producer.disconnect();
  return { messages: number, bySku };
}

function sale(number: number, sku: string, quantity: number): Message {
  const value = {
    specversion: '1.0',
    id: `sale-${number}`,
    source: 'till',
    type: 'sale.completed',
    time: new Date().toISOString(),
    data: { saleId: `S-${number}`, location: 'main', lines: [{ sku, quantity }] },
  };
  return {
    key: `S-${number}`,
    value: JSON.stringify(value),
    headers: { 'content-type': 'application/cloudevents+json' },
  };
}

/** Any of those that are not paused; each comes back after a second. */
async function killOften(
  { members, say }: Scene,
  { killEverySeconds, seed = 1 }: ProcessesProofOptions,
  isOver: AbortSignal,
): Promise<void> {
  const random = randomOf(seed + 1);
  while (await sleeps(killEverySeconds * 1_000, isOver)) {
    const member = oneOf(
      random,
      members.filter(({ isPaused }) => !isPaused),
    );
    await member.service.end('SIGKILL');
    say(`killed one of ${member.role}`);
    await sleep(1_000);
    // It works before it is ready, and may be killed again.
    member.isReady = member.service.run().catch((error: unknown) => say(String(error).split('\n')[0]!));
  }
}

async function pauseOne(
  { members, say }: Scene,
  { pausedSeconds, seconds, seed = 1 }: ProcessesProofOptions,
  isOver: AbortSignal,
): Promise<void> {
  if (pausedSeconds === 0) return;
  await sleeps(Math.max(0, seconds - pausedSeconds) * 300, isOver);
  const role = oneOf(randomOf(seed + 2), PAUSED);
  const member = members.find((one) => one.role === role)!;
  member.isPaused = true;
  member.service.send('SIGSTOP');
  say(`paused one of ${role} for ${pausedSeconds} s`);
  await sleep(pausedSeconds * 1_000);
  member.service.send('SIGCONT');
  member.isPaused = false;
}

/** False where it was over before. */
async function sleeps(ms: number, isOver: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal: isOver });
    return true;
  } catch {
    return false;
  }
}

/** Both doors have taken all of it, and nothing moves any more. */
async function atRest({ members }: Scene, messages: number): Promise<void> {
  await Promise.all(members.map(({ isReady }) => isReady));
  const doors = members.filter(({ role }) => role === 'http').map(({ service }) => service);
  const deadline = Date.now() + REST_WITHIN_MS;
  let before = '';
  for (let quiet = 0; quiet < 20;) {
    const states = await Promise.all(doors.map(async (door) => (await door.get('/v1/status')).body));
    const now = JSON.stringify(
      states.map(({ head, posted, projected, published, counts }) => [
        head,
        posted,
        projected,
        published,
        counts,
      ]),
    );
    const isAtRest = states.every(
      ({ head, posted, projected, published, counts }) =>
        posted === head && projected === head && published === head && counts.accepted > messages,
    );
    quiet = isAtRest && now === before ? quiet + 1 : 0;
    before = now;
    if (Date.now() > deadline) throw new Error(`not at rest: ${now}`);
    await sleep(100);
  }
}

interface Expected {
  readonly sold: Sold;
  readonly env: Readonly<Record<string, string>>;
  readonly isPaused: boolean;
}

async function compare({ kafka, members, say }: Scene, { sold, env, isPaused }: Expected): Promise<string[]> {
  const failures: string[] = [];
  const check = (what: string, actual: unknown, expected: unknown): void => {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (is !== should) failures.push(`${what}: ${is}, not ${should}`);
    say(`${is === should ? '✓' : '✗'} ${what}: ${is}`);
  };
  const read = await readSettledTopic(
    kafka,
    'onhand.availability',
    await answeredNumbers(members[0]!.service, CHANNELS),
  );
  const { newest, records, olderThanBefore, toldTwice } = read;
  for (const [index, { service }] of members.filter(({ role }) => role === 'http').entries()) {
    const wrong: string[] = [];
    for await (const { sku, totals } of pages(service, '/v1/items?limit=1000')) {
      const expected = OPENING - (sold.bySku.get(sku) ?? 0);
      if (totals.onHand !== expected) wrong.push(`${sku}: ${totals.onHand}, not ${expected}`);
    }
    check(`door ${index + 1}: items whose stock is not what was told`, wrong.slice(0, 5), []);
    const answered = await answeredNumbers(service, CHANNELS);
    const differ = [...answered].filter(([key, value]) => newest.get(key) !== value);
    check(`door ${index + 1}: numbers`, answered.size, SKUS.length * CHANNELS.length);
    check(`door ${index + 1}: keys whose last record is another number`, differ.slice(0, 3), []);
    const { counts } = (await service.get('/v1/status')).body;
    check(`door ${index + 1}: messages accepted`, counts.accepted, sold.messages + 1);
  }
  say(
    `${records} records; told again with the same version: ${toldTwice}; older than one before: ${olderThanBefore}`,
  );
  if (!isPaused) check('records older than one before them', olderThanBefore, 0);
  const verified = await onHand(['verify', '--json'], { ...env, DATA_DIR: members[0]!.service.directory });
  check('onhand verify', verified.exitCode, 0);
  return failures;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      rate: { type: 'string', default: '300' },
      'kill-every': { type: 'string', default: '5' },
      paused: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
    },
  });
  const failures = await proveProcesses({
    seconds: Number(values.seconds),
    rate: Number(values.rate),
    killEverySeconds: Number(values['kill-every']),
    pausedSeconds: Number(values.paused),
    seed: Number(values.seed),
    say: (line) => console.log(line),
  });
  console.log(failures.length === 0 ? 'All of it holds.' : `${failures.length} checks failed.`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

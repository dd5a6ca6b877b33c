import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Service } from '../e2e/service.ts';
import { onHand } from '../fixtures/process.ts';
import { until } from '../fixtures/waiting.ts';
import { type KafkaCluster, type KafkaVersion, startKafka } from '../servers/kafka/index.ts';
import { type OnlineRetailSum, sumOnlineRetail } from './online-retail-sum.ts';
import { answeredNumbers, pages, readSettledTopic } from './told-numbers.ts';

/**
 * Sends the Online Retail file through a real Kafka and proves what comes out at the other end: every message
 * taken once, the stock of every item equal to a sum that shares no code with OnHand, and in the compacted
 * topic, read from its start by a plain consumer, exactly the numbers that the service answers. OnHand is
 * killed (kill -9) and the broker stopped in between.
 * `npm run build && node --conditions=source test/tools/kafka-proof.ts FILE --kills 5 --broker-down 60`
 */
const EVENTS = 'onhand.events';
const AVAILABILITY = 'onhand.availability';
const CHANNELS = ['web', 'market', 'till'] as const;
const MESSAGE_LINES = 1_000;
/** Nothing moves for so long: something is stuck. */
const STUCK_MS = 120_000;

interface KafkaProofOptions {
  readonly file: string;
  readonly version: KafkaVersion;
  /** How often OnHand is killed while it consumes. */
  readonly kills: number;
  /** How long the broker is away in the middle; 0: not at all. */
  readonly brokerDownSeconds: number;
  readonly say?: (line: string) => void;
}

/** What is not as it should be; none: all of it holds. */
export async function proveThroughKafka(options: KafkaProofOptions): Promise<string[]> {
  const say = options.say ?? ((): void => undefined);
  const sum = sumOnlineRetail(options.file);
  const kafka = await startKafka({ version: options.version });
  const proof = new Proof(say);
  let service: Service | undefined;
  try {
    const env = { KAFKA_BROKERS: kafka.brokers.join(',') };
    await commandLine(['topics', 'create', '--partitions', '8'], env);
    service = await Service.start(env);
    await setUp(service); // Before anything is told: messages of a source that nobody knows are rejected.
    await service.end('SIGTERM');
    const started = Date.now();
    await commandLine(['produce', options.file, '--mapping', 'online-retail', '--topic', EVENTS], env);
    say(`produced in ${secondsSince(started)} s`);
    await service.run();
    const consuming = Date.now();
    const messages = sum.messages + Math.ceil(sum.openingLines / MESSAGE_LINES);
    await disturb({ service, kafka, messages, say }, options);
    await untilTaken(service, messages);
    await atRest(service);
    say(`consumed, posted and published within ${secondsSince(consuming)} s`);
    await compare(proof, { service, kafka, sum, messages, faults: faultsOf(options) });
    proof.check('ends in order', await service.end('SIGTERM'), 0);
  } finally {
    await service?.stop();
    await kafka.stop();
  }
  return proof.failures;
}

class Proof {
  readonly failures: string[] = [];
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  note(line: string): void {
    this.#say(line);
  }

  check(what: string, actual: unknown, expected: unknown): void {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
    const line = is === should ? `${what}: ${is}` : `${what}: ${is}, not ${should}`;
    if (is !== should) this.failures.push(line);
    this.#say(`${is === should ? '✓' : '✗'} ${line}`);
  }
}

/** The file's own source and its warehouse, and three channels that tell different numbers of one stock. */
async function setUp(service: Service): Promise<void> {
  await service.put('/v1/locations/online-retail', { kind: 'warehouse' });
  await service.put('/v1/sources/online-retail', { kind: 'file', unknownItems: 'create' });
  for (const id of CHANNELS) {
    await service.put(`/v1/channels/${id}`, {
      kind: 'storefront',
      locations: ['online-retail'],
      lists: 'all',
    });
  }
  await service.put('/v1/policies/channel:market', { percent: 50, cap: 200 });
  await service.put('/v1/policies/channel:till', { buffer: 3 });
}

interface Scene {
  readonly service: Service;
  readonly kafka: KafkaCluster;
  readonly messages: number;
  readonly say: (line: string) => void;
}

/** Kills spread evenly over what is to be consumed, and in the middle of them the broker goes away. */
async function disturb(scene: Scene, { kills, brokerDownSeconds }: KafkaProofOptions): Promise<void> {
  const { service, messages, say } = scene;
  for (let kill = 1; kill <= kills; kill++) {
    await untilTaken(service, Math.floor((messages * kill) / (kills + 2)));
    await service.end('SIGKILL');
    say(`killed after ${kill}/${kills + 2} of the messages`);
    void service.run().catch(() => undefined); // It takes messages before it is ready, and may be killed before.
    if (kill === Math.ceil(kills / 2)) await stopBroker(scene, brokerDownSeconds);
  }
  if (kills === 0) await stopBroker(scene, brokerDownSeconds);
}

async function stopBroker({ service, kafka, say }: Scene, seconds: number): Promise<void> {
  if (seconds === 0) return;
  await untilTaken(service, 1);
  await kafka.shutDown();
  await sleep(seconds * 1_000);
  const { status } = await service.get('/health/live');
  await kafka.restart();
  say(`the broker was away for ${seconds} s (alive meanwhile: ${status})`);
}

/** Messages with an outcome; 0 while nobody answers. */
async function taken(service: Service): Promise<number> {
  const status = await service.get('/v1/status').catch(() => undefined);
  if (status?.status !== 200) return 0;
  const { counts } = status.body as { counts: Record<string, number> };
  return counts['accepted']! + counts['parked']! + counts['rejected']!;
}

async function untilTaken(service: Service, messages: number): Promise<void> {
  let last = -1;
  let since = Date.now();
  for (;;) {
    const now = await taken(service);
    if (now >= messages) return;
    if (now !== last) [last, since] = [now, Date.now()];
    if (Date.now() - since > STUCK_MS) throw new Error(`stuck at ${now} of ${messages} messages`);
    await sleep(50);
  }
}

/** All four positions are equal, for long enough that nothing is on its way. */
async function atRest(service: Service): Promise<void> {
  let quiet = 0;
  let before = '';
  const deadline = Date.now() + STUCK_MS;
  while (quiet < 20) {
    const { head, posted, projected, published } = (await service.get('/v1/status')).body;
    const now = [head, posted, projected, published].join();
    quiet = now === before && new Set([head, posted, projected, published]).size === 1 ? quiet + 1 : 0;
    before = now;
    if (Date.now() > deadline) throw new Error(`not at rest: ${now}`);
    await sleep(100);
  }
}

async function compare(
  proof: Proof,
  parts: { service: Service; kafka: KafkaCluster; sum: OnlineRetailSum; messages: number; faults: number },
): Promise<void> {
  const { service, kafka, sum, messages, faults } = parts;
  const { counts } = (await service.get('/v1/status')).body as { counts: Record<string, number> };
  proof.check('messages accepted', counts['accepted'], messages);
  proof.check('parked and rejected', [counts['parked'], counts['rejected']], [0, 0]);
  const onHand = new Map<string, number>();
  for await (const { sku, totals } of pages(service, '/v1/items?limit=1000')) onHand.set(sku, totals.onHand);
  const wrong = Object.entries(sum.onHand).filter(([sku, quantity]) => onHand.get(sku) !== quantity);
  proof.check('items', onHand.size, sum.skus);
  proof.check('items whose stock is another than the sum', wrong.slice(0, 5), []);

  const answered = await answeredNumbers(service, CHANNELS);
  const read = await readSettledTopic(kafka, AVAILABILITY, answered);
  const { newest, records, olderThanBefore, toldTwice } = read;
  const differ = [...answered].filter(([key, value]) => newest.get(key) !== value);
  proof.check(`of ${records} records: keys`, newest.size, answered.size);
  proof.check('keys whose last record is not what GET answers', differ.slice(0, 3), []);
  proof.check('records older than one before them', olderThanBefore, 0);
  proof.note(`told again with the same version: ${toldTwice}`);
  proof.check('told again at most once a fault and key', toldTwice <= faults * newest.size, true);
  proof.check('numbers not known to stand in the topic', await unknownIn(service), []);
  const metrics = String((await service.get('/metrics')).body);
  const measured = [
    /^onhand_topic_records_total\{topic="availability"\} [1-9]/m,
    /^onhand_topic_keys_pending\{topic="availability"\} 0$/m,
    /^onhand_topic_sends_failed_total\{topic="orders"\} 0$/m, // There are none in it.
  ].map((pattern) => pattern.exec(metrics) !== null);
  proof.check('its metrics say so', measured, [true, true, true]);
}

/** Ends of a process or a broker, after each of which what was on its way may be told again. */
const faultsOf = ({ kills, brokerDownSeconds }: KafkaProofOptions): number =>
  kills + (brokerDownSeconds > 0 ? 1 : 0);

/** Numbers without the receipt of having been read back from the topic, which comes a little later. */
async function unknownIn(service: Service): Promise<string[]> {
  let unknown: string[] = [];
  await until(async () => {
    unknown = [];
    for (const channel of CHANNELS) {
      for await (const row of pages(service, `/v1/channels/${channel}/publications?limit=1000`))
        if (row.acknowledged?.version !== row.desired.version) unknown.push(`${channel}:${row.listing}`);
    }
    return unknown.length === 0;
  }, 'every number is known to stand there').catch(() => undefined);
  return unknown;
}

async function commandLine(words: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  const { exitCode, stderr } = await onHand(words, env);
  if (exitCode !== 0) throw new Error(`onhand ${words.join(' ')} ended with ${exitCode}: ${stderr}`);
}

const secondsSince = (start: number): number => Math.round((Date.now() - start) / 100) / 10;

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      version: { type: 'string', default: '4.1.1' },
      kills: { type: 'string', default: '5' },
      'broker-down': { type: 'string', default: '60' },
    },
  });
  const [file] = positionals;
  if (file === undefined) throw new Error('Name the file: … test/tools/kafka-proof.ts FILE');
  const failures = await proveThroughKafka({
    file,
    version: values.version as KafkaVersion,
    kills: Number(values.kills),
    brokerDownSeconds: Number(values['broker-down']),
    say: (line) => console.log(line),
  });
  console.log(failures.length === 0 ? 'All of it holds.' : `${failures.length} checks failed.`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

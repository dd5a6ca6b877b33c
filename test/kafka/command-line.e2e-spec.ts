import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka } from 'kafkajs';
import { commandLine } from '../fixtures/command-line.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import { readTopic } from './topic-picture.ts';

describe('the command line and a real Kafka', () => {
  let kafka: KafkaCluster;
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    kafka = await startKafka({ version: '4.1.1' });
    folder = await mkdtemp(join(tmpdir(), 'onhand-produce-'));
    env = { KAFKA_BROKERS: kafka.brokers.join(','), SHARDS: '4', DATA_DIR: folder };
  });

  afterAll(async () => {
    await kafka?.stop();
    await rm(folder, { recursive: true });
  });

  it('creates the topics that are missing, and changes none that is there', async () => {
    const admin = new Kafka(kafka.clientConfig()).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'onhand.orders', numPartitions: 2 }] });
    const words = ['topics', 'create', '--partitions', '3', '--json'];
    const first = await commandLine(words, env);
    expect(first.exitCode).toBe(0);
    const reports = reportsIn(first.stdout);
    expect(reports.map(({ topic, partitions, made }) => [topic, partitions, made])).toEqual([
      ['onhand.events', 3, true],
      ['onhand.availability', 3, true],
      ['onhand.orders', 2, false],
      ['onhand.rejected', 3, true],
      ['onhand.shards', 4, true],
    ]);
    expect(reports.find(({ made }) => !made)?.differences).toEqual([
      { what: 'partitions', is: '2', should: '3' },
      { what: 'cleanup.policy', is: 'delete', should: 'compact' },
      { what: 'max.message.bytes', is: '1048588', should: '4194304' },
    ]);
    const again = reportsIn((await commandLine(words, env)).stdout);
    expect(again.map(({ made }) => made)).toEqual([false, false, false, false, false]);
    expect(again.flatMap(({ differences }) => differences)).toHaveLength(3);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: 'onhand.availability' }],
    });
    const policy = resources[0]?.configEntries.find(({ configName }) => configName === 'cleanup.policy');
    expect(policy?.configValue).toBe('compact');
    await admin.disconnect();
    const shown = await commandLine(['topics', 'create'], env);
    expect(shown.stdout).toContain('onhand.orders');
    expect(shown.stdout).toContain('left as they are');
  });

  it('sends a file to Kafka, each order to one partition, in its order', async () => {
    const file = join(folder, 'sales.jsonl');
    const lines = Array.from({ length: 500 }, (_, n) => JSON.stringify(placed(n)));
    await writeFile(file, [...lines, '{"not": "a message"}', ''].join('\n'));
    const { exitCode, stdout } = await commandLine(['produce', file, '--json'], env);
    expect(exitCode).toBe(65);
    expect(JSON.parse(stdout)).toMatchObject({
      topic: 'onhand.events',
      messages: 500,
      lines: { read: 501, sent: 500, skipped: 0, rejected: 1 },
    });
    const records = await readTopic(kafka.clientConfig(), 'onhand.events');
    expect(records).toHaveLength(500);
    for (let order = 0; order < 50; order++) {
      const own = records.filter(({ key }) => key === `O-${order}`);
      expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
      expect(own.map(({ value }) => value['id'])).toEqual(
        Array.from({ length: 10 }, (_, n) => `m-${n * 50 + order}`),
      );
    }
    expect(records[0]?.headers).toEqual({ 'content-type': 'application/cloudevents+json' });
  });

  it('says what to do where a topic, a broker or a setting is missing', async () => {
    const file = join(folder, 'none.jsonl');
    await writeFile(file, '');
    const noTopic = await commandLine(['produce', file, '--topic', 'typo'], env);
    expect([noTopic.exitCode, noTopic.stderr]).toEqual([
      69,
      expect.stringMatching(/topic typo .*topics create/),
    ]);
    const noBroker = await commandLine(['topics', 'create'], { ...env, KAFKA_BROKERS: '127.0.0.1:1' });
    expect([noBroker.exitCode, noBroker.stderr]).toEqual([69, expect.stringContaining('No broker answers')]);
    expect(noBroker.stderr).not.toContain('keeps retrying');
    const copies = ['topics', 'create', '--replication', '9'];
    const tooMany = await commandLine(copies, { ...env, KAFKA_EVENT_TOPICS: 'not-there-yet' });
    expect([tooMany.exitCode, tooMany.stderr]).toEqual([69, expect.stringContaining('--replication')]);
    const noSetting = await commandLine(['topics', 'create'], {});
    expect([noSetting.exitCode, noSetting.stderr]).toEqual([78, expect.stringContaining('KAFKA_BROKERS')]);
  });
});

interface Report {
  readonly topic: string;
  readonly partitions: number;
  readonly made: boolean;
  readonly differences: readonly object[];
}

const reportsIn = (stdout: string): readonly Report[] =>
  (JSON.parse(stdout) as { readonly items: readonly Report[] }).items;

const placed = (n: number): object => ({
  id: `m-${n}`,
  source: 'web',
  type: 'order.changed',
  time: '2026-01-02T03:04:05Z',
  data: { orderId: `O-${n % 50}`, lines: [{ line: '1', sku: 'MUG', quantity: n + 1 }] },
});

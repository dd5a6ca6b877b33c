import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Service } from '../e2e/service.ts';
import { onHand } from '../fixtures/process.ts';
import { until } from '../fixtures/waiting.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import { lastOf, readTopic } from './topic-picture.ts';

const PLAY = new URL('../../examples/merchant-day/play.js', import.meta.url).pathname;
/** As its own lines say: the count at 15:00 found one mug less, the order of the marketplace was cancelled. */
const NUMBERS = {
  web: { 'BREAKFAST-SET': 13, CANDLE: 57, 'LAMP-OAK': 0, 'MUG-RED': 51, 'TEA-GREEN': 12.5, TEAPOT: 13 },
  market: { 'M-1001': 25, 'M-1002': 11, 'M-1004': 4 },
  till: { 'BREAKFAST-SET': 2, CANDLE: 9, 'LAMP-OAK': 0, 'MUG-RED': 14, 'TEA-GREEN': 0, TEAPOT: 2 },
};

describe('the day of a merchant that `docker compose --profile demo` plays', () => {
  let kafka: KafkaCluster;
  let service: Service;
  let env: Record<string, string>;

  beforeAll(async () => {
    kafka = await startKafka({ version: '4.1.1' });
    const brokers = { KAFKA_BROKERS: kafka.brokers.join(',') };
    expect(await onHand(['topics', 'create', '--partitions', '2'], brokers)).toMatchObject({ exitCode: 0 });
    service = await Service.start({ ...brokers, AUTH: 'keys' });
    env = { ...brokers, ...service.env, PORT: new URL(service.url).port };
  });
  afterAll(async () => {
    await service?.stop();
    await kafka?.stop();
  });

  it('goes through Kafka and is shown; played again it is nothing but repeats', async () => {
    const first = await play();
    expect(first).toContain('set up: {"created":18,');
    expect(first).toContain('{"received":15,"accepted":14,"duplicate":1,"parked":0,"rejected":0}');
    for (const line of shown()) expect(first).toContain(line);
    const again = await play();
    expect(again).toContain('set up: {"created":0,"replaced":0,"unchanged":18,"rejected":0}');
    expect(again).toContain('{"received":30,"accepted":14,"duplicate":16,"parked":0,"rejected":0}');
    for (const line of shown()) expect(again).toContain(line);
  });

  it('leaves only revoked keys behind', async () => {
    const { stdout } = await onHand(['keys', 'list', '--json'], env);
    const { items } = JSON.parse(stdout) as { items: { revokedAt?: string }[] };
    expect(items).toHaveLength(2);
    for (const key of items) expect(key).toHaveProperty('revokedAt');
  });

  it('ends in a topic that holds the same numbers', async () => {
    const expected = Object.entries(NUMBERS).flatMap(([channel, numbers]) =>
      Object.entries(numbers).map(([listing, available]) => `${channel}:${listing} ${available}`),
    );
    let held: string[] = [];
    await until(async () => {
      const last = lastOf(await readTopic(kafka.clientConfig(), 'onhand.availability'));
      held = [...last].map(([key, value]) => `${key} ${String(value['available'])}`);
      return expected.every((one) => held.includes(one));
    }, 'the topic holds all of them');
    expect(held.sort()).toEqual(expected.sort());
  });

  async function play(): Promise<string> {
    const { PATH = '', HOME = '' } = process.env;
    const player = spawn(process.execPath, [PLAY], { env: { PATH, HOME, ...env } });
    const [out, error] = await Promise.all([text(player.stdout), text(player.stderr), once(player, 'close')]);
    expect({ error, exitCode: player.exitCode }).toEqual({ error: expect.any(String), exitCode: 0 });
    return out;
  }

  const shown = (): string[] =>
    Object.entries(NUMBERS).map(([channel, numbers]) => {
      const words = Object.entries(numbers).map(([listing, available]) => `${listing} ${available}`);
      return `${channel}: ${words.join(', ')}`;
    });
});

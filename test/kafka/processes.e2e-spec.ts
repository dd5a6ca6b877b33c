import { setTimeout as pause } from 'node:timers/promises';
import { Service } from '../e2e/service.ts';
import { onHand } from '../fixtures/process.ts';
import { StoreServer } from '../fixtures/store-server.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import { disorderOf, lastOf, readTopic } from './topic-picture.ts';

const TOPIC = 'onhand.availability';
const SKUS = Array.from({ length: 20 }, (_, n) => `SKU-${n}`);
const OPENING = 10_000;
const WITHIN_MS = 60_000;

/** The real service in processes, told over HTTP, and what a newcomer finds in Kafka. */
describe('processes of the service and a real Kafka', () => {
  let kafka: KafkaCluster;
  let env: Record<string, string>;
  const services: Service[] = [];

  beforeEach(async () => {
    kafka = await startKafka({ version: '4.1.1' });
    env = { KAFKA_BROKERS: kafka.brokers.join(','), SHARDS: '8' };
    await onHand(['topics', 'create', '--partitions', '4'], env);
  });

  afterEach(async () => {
    for (const service of services.splice(0)) await service.stop();
    await kafka.stop();
  });

  const start = async (settings: Record<string, string>): Promise<Service> => {
    const service = await Service.start({ ...env, ...settings });
    services.push(service);
    return service;
  };

  it('one, killed and started again: the topic is what GET answers, and nothing stands in it twice', async () => {
    const service = await start({});
    await setUp(service);
    await sell(service, 0, 60);
    await service.end('SIGKILL');
    await service.run();
    await sell(service, 60, 120);
    await topicIsWhatGetAnswers(service);
    const records = await readTopic(kafka.clientConfig(), TOPIC);
    const { older, repeated } = disorderOf(records);
    expect(older).toEqual([]);
    expect(repeated).toBeLessThanOrEqual(SKUS.length); // Once a fault and key, at most.
    await pause(2_500); // The receipt of what was read back comes once a second.
    const { body } = await service.get('/v1/channels/web/publications?limit=1000');
    const unknown = body.items.filter(({ acknowledged, desired }: any) => {
      return acknowledged?.version !== desired.version;
    });
    expect([body.items.length, unknown]).toEqual([SKUS.length, []]);
    const metrics = String((await service.get('/metrics')).body);
    expect(metrics).toMatch(/^onhand_topic_records_total\{topic="availability"\} [1-9]/m);
    expect(metrics).toContain('onhand_topic_keys_pending{topic="availability"} 0');
    expect(metrics).toContain('onhand_topic_sends_failed_total{topic="orders"} 0');
  });

  it('four over one log, one of the two that work killed: the other takes over, and nothing is lost or doubled', async () => {
    const store = await StoreServer.start();
    try {
      const shared = { EVENT_STORE: store.url };
      const [door, other] = [
        await start({ ...shared, ROLES: 'http' }),
        await start({ ...shared, ROLES: 'http' }),
      ];
      await start({ ...shared, ROLES: 'posting,publishing' });
      const worker = await start({ ...shared, ROLES: 'posting,publishing' });
      await setUp(door);
      await sell(door, 0, 60);
      await worker.end('SIGKILL');
      const position = await sell(door, 60, 120);
      // A write on one door is read on the other.
      const { counts: seen } = await readsAtLeast(other, position);
      expect(seen.accepted).toBe(121);
      await topicIsWhatGetAnswers(other);
      await topicIsWhatGetAnswers(door);
      expect(disorderOf(await readTopic(kafka.clientConfig(), TOPIC)).older).toEqual([]);
      const { counts } = (await other.get('/v1/status')).body;
      expect(counts).toMatchObject({ accepted: 121, duplicate: 0, parked: 0, rejected: 0 });
    } finally {
      for (const service of services.splice(0)) await service.stop();
      store.stop();
    }
  });

  /** All items are sold by as much as was told, and the topic holds each number that GET answers. */
  async function topicIsWhatGetAnswers(service: Service): Promise<void> {
    const { body } = await service.get('/v1/items?limit=1000');
    const left = body.items.map(({ totals }: any) => totals.onHand);
    if (left.some((onHand: number) => onHand !== OPENING - 6)) await untilPosted(service);
    for (const end = Date.now() + WITHIN_MS; ;) {
      const { items } = (await service.get('/v1/channels/web/availability?limit=1000')).body;
      const last = lastOf(await readTopic(kafka.clientConfig(), TOPIC));
      const isSame = items.every((item: any) => {
        return JSON.stringify(last.get(`web:${item.listing}`)) === JSON.stringify(item);
      });
      if (isSame) return void expect([items.length, last.size]).toEqual([SKUS.length, SKUS.length]);
      if (Date.now() > end) throw new Error('The topic does not come to be what GET answers.');
      await pause(200);
    }
  }

  async function untilPosted(service: Service): Promise<void> {
    for (const end = Date.now() + WITHIN_MS; ;) {
      const { items } = (await service.get('/v1/items?limit=1000')).body;
      const left: number[] = items.map(({ totals }: any) => totals.onHand);
      if (left.every((onHand) => onHand === OPENING - 6)) return;
      if (Date.now() > end) throw new Error(`Not all is posted: ${JSON.stringify(left)}`);
      await pause(200);
    }
  }
});

async function setUp(service: Service): Promise<void> {
  await service.put('/v1/locations/main', { kind: 'warehouse' });
  await service.put('/v1/sources/wms', { kind: 'warehouse' });
  await service.put('/v1/channels/web', { kind: 'pos', locations: ['main'], lists: 'all' });
  for (const sku of SKUS) await service.put(`/v1/items/${sku}`, { name: sku });
  const lines = SKUS.map((sku) => ({ sku, quantity: OPENING }));
  const { status } = await service.tell('wms', 'stock.received', {
    documentId: 'o',
    location: 'main',
    lines,
  });
  expect(status).toBe(201);
}

/** What stands there through this position; busy machines say NOT_YET first. */
async function readsAtLeast(service: Service, position: number): Promise<any> {
  for (const end = Date.now() + WITHIN_MS; ;) {
    const { status, body } = await service.get(`/v1/items/SKU-0?atLeast=${position}`);
    if (status === 200) return (await service.get('/v1/status')).body;
    expect(body.code).toBe('NOT_YET');
    if (Date.now() > end) throw new Error(`not there: ${JSON.stringify(body)}`);
  }
}

/** One unit of one item each; answers the position of the last. */
async function sell(service: Service, from: number, to: number): Promise<number> {
  let position = 0;
  for (let n = from; n < to; n++) {
    const lines = [{ sku: SKUS[n % SKUS.length], quantity: 1 }];
    const { status, body } = await service.tell(
      'web',
      'sale.completed',
      { saleId: `S-${n}`, location: 'main', lines },
      { id: `s-${n}` },
    );
    expect(status).toBe(201);
    position = body.position;
  }
  return position;
}

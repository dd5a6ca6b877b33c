import { Service } from '../e2e/service.ts';
import { onHand } from '../fixtures/process.ts';
import { StoreServer } from '../fixtures/store-server.ts';
import { until } from '../fixtures/waiting.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import { disorderOf, lastOf, readTopic } from './topic-picture.ts';

const TOPIC = 'onhand.availability';
const SKUS = Array.from({ length: 20 }, (_, n) => `SKU-${n}`);
const OPENING = 10_000;

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
    await kafka?.stop();
  });

  const start = async (settings: Record<string, string>): Promise<Service> => {
    const service = await Service.start({ ...env, ...settings });
    services.push(service);
    return service;
  };

  it('share one log: when one of the two that work is killed the other takes over, and nothing is lost or counted twice', async () => {
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
      expect((await other.get(`/v1/items/SKU-0?atLeast=${position}`)).status).toBe(200);
      expect((await other.get('/v1/status')).body.counts.accepted).toBe(121);
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
    await until(async () => {
      const { items } = (await service.get('/v1/items?limit=1000')).body;
      expect(items.map(({ totals }: any) => totals.onHand)).toEqual(SKUS.map(() => OPENING - 6));
      return true;
    }, 'all is posted');
    await until(async () => {
      const { items } = (await service.get('/v1/channels/web/availability?limit=1000')).body;
      const told = Object.fromEntries(lastOf(await readTopic(kafka.clientConfig(), TOPIC)));
      expect(told).toEqual(Object.fromEntries(items.map((item: any) => [`web:${item.listing}`, item])));
      return items.length === SKUS.length;
    }, 'the topic is what GET answers');
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

import { randomUUID } from 'node:crypto';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { until } from '../fixtures/waiting.ts';
import type { Ask } from '../http/harness.ts';
import { type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import { headerText, openScene, type Scene, recordsOf, structured } from './scene.ts';
import { lastOf, readTopic } from './topic-picture.ts';

/** Other topics than the usual, one of them with the name that a channel over HTTP has in the document. */
const own = randomUUID().slice(0, 8);
const TOPICS = { availability: `numbers-${own}`, orders: 'feed', rejected: `refused-${own}` };

describe('the document of all that is told', () => {
  let kafka: KafkaCluster;
  let scene: Scene;
  let ask: Ask;
  let problemsWith: Problems;

  beforeAll(async () => {
    kafka = await startKafka({ version: '4.1.1' });
    scene = await openScene(kafka, {
      settings: {
        ROLES: 'http,intake,posting,publishing,availability',
        KAFKA_AVAILABILITY_TOPIC: TOPICS.availability,
        KAFKA_ORDERS_TOPIC: TOPICS.orders,
        KAFKA_REJECTED_TOPIC: TOPICS.rejected,
      },
      makesTopics: false,
    });
    await makeTopics(scene);
    ask = scene.running.ask;
    problemsWith = problemsBy((await ask('GET /asyncapi.json')).json as Document);
    await liveADay(scene);
  });
  afterAll(async () => {
    await scene?.end();
    await kafka?.stop();
  });

  it('describes every record of the numbers, from its key to its last field', async () => {
    const records = await settled(TOPICS.availability, async () => {
      const all = ['web', 'market'].map(async (channel) => {
        const { items } = (await ask(`GET /v1/channels/${channel}/availability?limit=1000`)).json as {
          items: { channel: string; listing: string }[];
        };
        return items.map((item): [string, unknown] => [`${item.channel}:${item.listing}`, item]);
      });
      return Object.fromEntries((await Promise.all(all)).flat());
    });
    expect(records.length).toBeGreaterThan(8);
    expect(records.flatMap((record) => problemsWith(TOPICS.availability, record))).toEqual([]);
  });

  it('describes every record of the orders', async () => {
    const orders = ['1', '2', '3', '4'];
    const records = await settled(TOPICS.orders, async () => {
      const all = orders.map(async (id): Promise<[string, unknown]> => [
        `web:${id}`,
        (await ask(`GET /v1/channels/web/orders/${id}`)).json,
      ]);
      return Object.fromEntries(await Promise.all(all));
    });
    expect(new Set(records.map(({ key }) => key)).size).toBe(orders.length);
    expect(records.flatMap((record) => problemsWith(TOPICS.orders, record))).toEqual([]);
  });

  it('describes what is rejected, also what was cut or has no value', async () => {
    const records = await recordsOf(kafka, TOPICS.rejected, 3);
    const told = records.map((record) => ({
      key: String(record.key),
      value: record.value,
      headers: Object.fromEntries(
        Object.keys(record.headers ?? {}).map((name) => [name, headerText(record, name)!]),
      ),
    }));
    expect(told.map(({ headers }) => headers['onhand-code'])).toEqual([
      'TOMBSTONE_NOT_ALLOWED',
      'UNKNOWN_FIELD',
      'MESSAGE_TOO_LARGE',
    ]);
    expect(told[2]!.headers).toHaveProperty('onhand-cut');
    expect(told.flatMap((record) => problemsWith(TOPICS.rejected, record))).toEqual([]);
  });

  it('keeps what goes over HTTP apart from topics of the same name', async () => {
    const { channels, operations } = (await ask('GET /asyncapi.json')).json as Document;
    const addresses = Object.values(operations).map(({ action, channel }) => {
      const { address } = channels[channel.$ref.split('/').at(-1)!]!;
      return `${action} ${address}`;
    });
    expect(addresses).toEqual([
      'receive /v1/events',
      'send null',
      'send /v1/channels/{channel}/feed',
      `receive ${scene.names.events}`,
      `send ${TOPICS.availability}`,
      'send feed',
      `send ${TOPICS.rejected}`,
    ]);
  });

  /** All records of a topic, once the last of each key is what is answered. */
  async function settled(topic: string, answered: () => Promise<Record<string, unknown>>) {
    let records: Awaited<ReturnType<typeof readTopic>> = [];
    await until(async () => {
      records = await readTopic(kafka.clientConfig(), topic);
      expect(Object.fromEntries(lastOf(records))).toEqual(await answered());
      return true;
    }, `${topic} holds what is answered`);
    return records;
  }
});

async function makeTopics({ admin, names }: Scene): Promise<void> {
  const large = [{ name: 'max.message.bytes', value: String(8 * 1024 * 1024) }];
  const compacted = [{ name: 'cleanup.policy', value: 'compact' }];
  await admin.createTopics({
    topics: [
      { topic: names.events, numPartitions: 1, configEntries: large },
      { topic: TOPICS.rejected, numPartitions: 1 },
      { topic: TOPICS.availability, numPartitions: 3, configEntries: compacted },
      { topic: TOPICS.orders, numPartitions: 3, configEntries: compacted },
    ],
  });
}

/** Every status of an order, lines of items that nobody knows yet, fractions, kits, listings, and a few faults. */
async function liveADay({ running: { ask }, send, received }: Scene): Promise<void> {
  await ask('PUT /v1/items/TEA', { decimals: 3, unit: 'kg' });
  await ask('PUT /v1/channels/market', { kind: 'marketplace', locations: ['east'], lists: 'listed' });
  await ask('PUT /v1/channels/market/listings/A:"6"', { sku: 'A', unitsPer: 6 });
  await ask('PUT /v1/policies/channel:web', { buffer: 1 });
  const east = { location: 'east' };
  await send(
    [
      message('wms', 'stock.received', {
        documentId: 'R-1',
        ...east,
        lines: [item('A', 20), item('TEA', 2.5)],
      }),
      message('web', 'order.placed', { orderId: '1', lines: [item('A', 3), item('TEA', 0.125)] }),
      message('web', 'order.shipped', {
        ...{ orderId: '1', shipmentId: 'S-1', ...east, lines: [item('A', 2)] },
        tracking: { carrier: 'DHL', number: '00340' },
      }),
      message('web', 'order.placed', { orderId: '2', lines: [item('SET', 1), item('NOBODY-KNOWS', 1)] }),
      message('web', 'order.cancelled', { orderId: '3' }),
      message('web', 'order.placed', { orderId: '3', lines: [item('A', 1)] }),
      message('web', 'order.placed', { orderId: '4', lines: [item('A', 1)] }),
      message('web', 'order.shipped', { orderId: '4', shipmentId: 'S-2', ...east, lines: [item('A', 1)] }),
      message('web', 'order.returned', { orderId: '4', returnId: 'B-1', ...east, lines: [item('A', 1)] }),
      message('web', 'order.refunded', { orderId: '4', refundId: 'F-1', amount: 9.5, currency: 'EUR' }),
      message('wms', 'stock.counted', { documentId: 'C-1', ...east, lines: [item('A', 40)] }),
      { key: 'gone', value: null },
      { ...message('web', 'order.placed', { orderId: '5', linez: [] }), key: '5' },
    ],
    0,
  );
  await send([{ key: 'long', value: 'x'.repeat(6_000_000) }]);
  await received(14);
  await ask('PUT /v1/items/NOBODY-KNOWS', { name: 'known by now' });
}

let told = 0;
function message(source: string, type: string, data: object) {
  const time = new Date(Date.parse('2026-11-01T08:00:00Z') + ++told * 60_000).toISOString();
  return structured({ specversion: '1.0', id: `m-${told}`, source, type, time, data });
}

const item = (sku: string, quantity: number) => ({ sku, quantity });

interface Document {
  readonly channels: Record<string, { address: string | null; messages: Record<string, { $ref: string }> }>;
  readonly operations: Record<string, { action: string; channel: { $ref: string } }>;
  readonly components: { messages: Record<string, object>; schemas: Record<string, object> };
}

interface Described {
  readonly key: string;
  readonly value: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

type Problems = (topic: string, record: Described) => unknown[];

/** What in a record is not as the document says, or is not in the document. */
function problemsBy(document: Document): Problems {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const { Availability, Order } = document.components.schemas;
  ajv.addSchema({ $id: 'told', components: closed({ schemas: { Availability, Order } }) });
  const compiled = new Map<string, ValidateFunction>();
  const validatorOf = (name: string): ValidateFunction => {
    const there = compiled.get(name);
    if (there !== undefined) return there;
    const { headers, payload, bindings } = document.components.messages[name] as {
      headers: object;
      payload: object;
      bindings?: { kafka: { key: object } };
    };
    const parts = { headers, value: payload, key: bindings?.kafka.key ?? {} };
    const text = JSON.stringify({ type: 'object', properties: parts }).replaceAll('"#/', '"told#/');
    const validate = ajv.compile(JSON.parse(text) as object);
    compiled.set(name, validate);
    return validate;
  };
  return (topic, record) => {
    const channel = Object.values(document.channels).find(({ address }) => address === topic)!;
    const [only, ...others] = Object.values(channel.messages);
    if (only === undefined || others.length > 0) return [`${topic} has not one message`];
    const validate = validatorOf(only.$ref.split('/').at(-1)!);
    return validate(record) ? [] : [{ record, errors: validate.errors }];
  };
}

/** No object has a field that is not described. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const parts = Object.entries(schema).map(([name, part]): [string, unknown] => [name, closed(part)]);
  const inner: Record<string, unknown> = Object.fromEntries(parts);
  return 'properties' in inner && inner['type'] === 'object'
    ? { ...inner, additionalProperties: false }
    : inner;
}

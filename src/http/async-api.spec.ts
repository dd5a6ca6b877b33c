import { asyncApiOf } from './async-api.ts';

const KAFKA = {
  brokers: ['a:9092', 'b:9092'],
  isEncrypted: true,
  events: [{ topic: 'onhand.events' }, { topic: 'web.events', source: 'web' }],
  availability: 'onhand.availability',
  orders: 'onhand.orders',
  rejected: 'onhand.rejected',
};

/** Every reference in the document. */
function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(refsIn)];
}

const pointedAt = (document: object, ref: string): unknown =>
  ref
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);

describe.each([
  ['without Kafka', undefined],
  ['with Kafka', KAFKA],
])('the AsyncAPI document %s', (_, kafka) => {
  const document = asyncApiOf('http://127.0.0.1:3000', kafka) as Record<string, Record<string, any>>;

  it('has everything that it refers to', () => {
    const refs = refsIn(document);
    expect(refs.length).toBeGreaterThan(50);
    expect(refs.filter((ref) => pointedAt(document, ref) === undefined)).toEqual([]);
  });

  it('has no discriminator in the form of OpenAPI', () => {
    const schemas = Object.entries(document['components']!['schemas'] as Record<string, any>);
    expect(schemas.length).toBeGreaterThan(20);
    expect(schemas.filter(([, { discriminator }]) => typeof (discriminator ?? '') !== 'string')).toEqual([]);
  });

  it('says of each operation whether we send or receive, and where', () => {
    for (const { action, channel } of Object.values(document['operations']!)) {
      expect(['send', 'receive']).toContain(action);
      expect(pointedAt(document, channel.$ref)).toHaveProperty('messages');
    }
  });
});

it('the AsyncAPI document describes the events of a feed: the data alone', () => {
  const document = asyncApiOf('http://127.0.0.1:3000') as Record<string, any>;
  const told = Object.entries<{ $ref: string }>(document['channels'].feed.messages).map(
    ([event, { $ref }]) => [event, (pointedAt(document, $ref) as { payload: unknown }).payload],
  );
  expect(told).toEqual([
    ['availability.changed', { $ref: '#/components/schemas/Availability' }],
    ['order.updated', { $ref: '#/components/schemas/Order' }],
  ]);
});

it('the AsyncAPI document describes topics with their brokers, keys, headers and clean-up', () => {
  const document = asyncApiOf('http://127.0.0.1:3000', KAFKA) as Record<string, any>;
  expect(document['servers']).toMatchObject({
    kafka1: { host: 'a:9092', protocol: 'kafka-secure' },
    kafka2: { host: 'b:9092' },
  });
  expect(Object.keys(document['channels'])).toEqual(
    expect.arrayContaining(['onhand.events', 'web.events', 'onhand.availability', 'onhand.orders']),
  );
  expect(document['channels']['onhand.availability']).toMatchObject({
    address: 'onhand.availability',
    servers: [{ $ref: '#/servers/kafka1' }, { $ref: '#/servers/kafka2' }],
    bindings: { kafka: { topicConfiguration: { 'cleanup.policy': ['compact'] } } },
  });
  for (const topic of ['onhand.events', 'web.events']) {
    expect(document['channels'][topic].description).toMatch(/application\/cloudevents\+json.*ce_.*key/);
  }
  const message = document['components'].messages['onhand.availability.changed.v1.kafka'];
  expect(message.headers.properties.ce_type).toEqual({ const: 'onhand.availability.changed.v1' });
  expect(message.bindings.kafka.key.description).toBe('{channel}:{listing}');
});

import { conforming } from './conform.ts';
import { type Running, startService } from './harness.ts';

/**
 * What generators of clients need in the OpenAPI document. openapi-generator (Python, Java), openapi-typescript, hey-api and
 * orval make clients from it that read every answer.
 */
let running: Running;
let document: any;
beforeAll(async () => {
  running = await startService();
  document = (await running.ask('GET /openapi.json')).json;
});
afterAll(() => running.stop());

/** Every object in it, with its way there. */
const within = (value: unknown, way = ''): [way: string, value: object][] =>
  typeof value === 'object' && value !== null
    ? [[way, value], ...Object.entries(value).flatMap(([name, each]) => within(each, `${way}/${name}`))]
    : [];
const schemas = (): [string, object][] => within(document.components.schemas);
const operations = (): { path: string; operationId: string; tags: string[]; parameters: any[] }[] =>
  Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.values<any>(methods).map((operation) => ({ path, ...operation })),
  );

it('the schemas have only what generators read: no null in `anyOf`, no type beside a reference, no keyword of ours', () => {
  expect(schemas().length).toBeGreaterThan(1_000);
  const nullable = schemas().filter(([, each]) => JSON.stringify(each).includes('"null"'));
  expect(nullable.filter(([, each]) => 'anyOf' in each)).toEqual([]);
  expect(schemas().filter(([, each]) => '$ref' in each && 'type' in each)).toEqual([]);
  const ownWords = schemas().flatMap(([way, each]) => Object.keys(each).map((word) => `${way}/${word}`));
  expect(ownWords.filter((way) => /\/x-[a-z-]+$/.test(way))).toEqual([]);
});

it('no required field may be an object or null, which made clients cannot read', () => {
  const isObjectOrNull = ({ type, ...schema }: any): boolean =>
    [schema.oneOf ?? schema.anyOf ?? []].flat().some((each: any) => each.type === 'null') ||
    (Array.isArray(type) && type.includes('object'));
  const objects = schemas().filter(
    (pair): pair is [string, any] => Reflect.get(pair[1], 'type') === 'object',
  );
  expect(objects.length).toBeGreaterThan(80);
  const required = objects.flatMap(([way, { properties = {}, required = [] }]) =>
    required.flatMap((name: string) => (isObjectOrNull(properties[name] ?? {}) ? [`${way}/${name}`] : [])),
  );
  expect(required).toEqual([]);
});

it('the schema of each message has its type as an enum of one value', () => {
  const { mapping } = document.components.schemas.Message.discriminator;
  expect(Object.keys(mapping).length).toBeGreaterThan(15);
  for (const [type, ref] of Object.entries<string>(mapping)) {
    const [, own] = document.components.schemas[ref.split('/').pop()!].allOf;
    expect(own.properties.type).toEqual({ type: 'string', enum: [type] });
  }
});

it('each operation has a name of its own, which is no reserved word', () => {
  const names = operations().map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  const reserved = ['import', 'number', 'document', 'delete', 'new', 'class', 'return', 'default', 'package'];
  expect(names.filter((name) => reserved.includes(name))).toEqual([]);
});

it('operations have the parameters of a path in its order, and tags that the document lists', () => {
  for (const { path, parameters, tags } of operations()) {
    const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => `{${name}}`);
    expect([path, inPath]).toEqual([path, path.match(/\{[^}]+\}/g) ?? []]);
    expect(parameters.slice(0, inPath.length).every((each) => each.in === 'path')).toBe(true);
    expect(document.tags.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(tags));
  }
});

it('refusals have their facts in fields of the schema, and orders their version', async () => {
  const ask = await conforming(running.ask);
  await ask('PUT /v1/locations/east', { kind: 'warehouse' });
  await ask('PUT /v1/channels/web', { kind: 'storefront', locations: ['east'] });
  await ask('PUT /v1/items/MUG', {});
  const adjustment = { location: 'east', reason: 'found', actor: 'me' };
  await ask('POST /v1/items/MUG/adjustments', { ...adjustment, adjustmentId: 'a-1', change: 3 });
  const hold = { reservationId: 'r-1', channel: 'web', expiresInSeconds: 60 };
  const tooMuch = await ask('POST /v1/reservations', { ...hold, lines: [{ sku: 'MUG', quantity: 9 }] });
  await ask('POST /v1/reservations', { ...hold, reservationId: 'r-2', lines: [{ sku: 'MUG', quantity: 1 }] });
  await ask('POST /v1/reservations/r-2/release');
  const ended = await ask('POST /v1/reservations/r-2/confirm', { orderId: 'o-1' });
  const stale = { ...adjustment, adjustmentId: 'a-2', setTo: 5, expectedOnHand: 2 };
  const refused = [tooMuch, ended, await ask('POST /v1/items/MUG/adjustments', stale)];
  const facts = [
    { shortages: [{ sku: 'MUG', requested: 9, available: 3 }] },
    { state: 'released' },
    { current: 3 },
  ];
  expect(refused.map(({ json }) => json)).toMatchObject(facts);
  const { Problem, Order } = document.components.schemas;
  expect(Object.keys(Problem.properties)).toEqual(expect.arrayContaining(['shortages', 'current', 'state']));
  expect(Order.required).toContain('version');
  expect(Order.additionalProperties).toBe(false);
});

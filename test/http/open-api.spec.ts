import { Ajv2020 } from 'ajv/dist/2020.js';
import { validate } from '@readme/openapi-parser';
import { conforming } from './conform.ts';
import { type Running, startService } from './harness.ts';

const MOVE = {
  id: 'm-1',
  source: 'wms',
  type: 'transfer.shipped',
  time: '2026-11-01T08:00:00Z',
  data: { transferId: 't-1', from: 'east', to: 'east', lines: [{ sku: 'A', quantity: 1 }] },
};
/** A receipt of such lines: of one of A each, but for what is said of them. */
const moving = (...lines: object[]): object => ({
  ...MOVE,
  type: 'stock.received',
  data: {
    documentId: 'D',
    location: 'east',
    lines: lines.map((line) => ({ ...('sku' in line ? {} : { sku: 'A' }), quantity: 1, ...line })),
  },
});
const ORDER = { channel: 'web', orderId: 'o', lines: [{ sku: 'A', quantity: 1 }] };
const DEEP = '{"a":'.repeat(40) + '1' + '}'.repeat(40);
const MANY = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`a${index}`, 'x']));
const HOLD = { reservationId: 'r-1', channel: 'web', expiresInSeconds: 60 };
const ADJUSTMENT = { adjustmentId: 'a-1', location: 'east', reason: 'broken', actor: 'me' };

let running: Running;
beforeAll(async () => {
  running = await startService();
});
afterAll(() => running.stop());

it('is a valid OpenAPI 3.1 document', async () => {
  const { json } = await running.ask('GET /openapi.json');
  const result = await validate(structuredClone(json));
  expect({ errors: [], ...result }).toMatchObject({ valid: true, errors: [] });
  expect(json.openapi).toBe('3.1.0');
});

it('has every route, and no other', async () => {
  const { json } = await running.ask('GET /openapi.json');
  const documented = Object.entries<object>(json.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = running.service.routes.routes
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, path }) => `${method} ${path.replace(/:([A-Za-z]+)/g, '{$1}')}`);
  expect(documented.sort()).toEqual([...new Set(served)].sort());
});

it('says of whatever writes that it may not be able to, and of pages that they have media types of their own', async () => {
  const { json } = await running.ask('GET /openapi.json');
  const reads = ['/v1/policies/preview', '/v1/reconciliations', '/v1/simulations'];
  const writing = Object.entries<any>(json.paths).flatMap(([path, { put, post }]) =>
    reads.includes(path)
      ? []
      : [put, post].flatMap((each) => (each ? [{ path, statuses: each.responses }] : [])),
  );
  expect(writing.length).toBeGreaterThan(15);
  for (const { path, statuses } of writing)
    expect([path, Object.keys(statuses)]).toEqual([path, expect.arrayContaining(['503', '507'])]);
  for (const [path, { put }] of Object.entries<any>(json.paths))
    if (put) expect([path, Object.keys(put.responses)]).toEqual([path, expect.arrayContaining(['409'])]);

  const { 200: part, 404: none } = json.paths['/docs/{part}'].get.responses;
  expect(Object.keys(part.content)).toEqual(['*/*']);
  expect(none.description).toBe('NOT_FOUND');
  expect(json.servers).toEqual([{ url: '/' }]);
});

it('names what the parameters of every read refuse', async () => {
  const { json } = await running.ask('GET /openapi.json');
  const codesOf = (operation: any): string[] =>
    Object.keys(operation.responses['400']?.content['application/problem+json'].examples ?? {});
  const reads = Object.entries<any>(json.paths).flatMap(([path, { get }]) => (get ? [{ path, get }] : []));
  const asking = (kind: string) =>
    reads.filter(({ get }) => (get.parameters ?? []).some((each: any) => each.in === kind));
  expect(asking('query').length).toBeGreaterThan(20);
  for (const { path, get } of asking('query'))
    expect([path, codesOf(get)]).toEqual([path, expect.arrayContaining(['INVALID_PARAMETER'])]);
  for (const { path, get } of asking('path').filter(({ path }) => path.startsWith('/v1/')))
    expect([path, codesOf(get)]).toEqual([
      path,
      expect.arrayContaining([expect.stringMatching(/^(ID|SKU|SCOPE)_/)]),
    ]);
});

it('takes null for whatever may be left out of a body, as the service does', async () => {
  const { json } = await running.ask('GET /openapi.json');
  const policy = { buffer: null, percent: null, locationSafetyStock: null, effectiveAt: null };
  const body = { ...policy, cap: 5 };
  expect((await running.ask('PUT /v1/policies/global', body)).status).toBe(201);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'onhand', components: json.components });
  const validate = ajv.compile({ $ref: 'onhand#/components/schemas/PolicyBody' });
  expect([validate(body), validate.errors]).toEqual([true, null]);
  const listing = ajv.compile({ $ref: 'onhand#/components/schemas/ListingBody' });
  expect([listing({ sku: null }), listing({ sku: 'A', unitsPer: null })]).toEqual([false, true]);
});

it('shows what is really answered: of a key, of an error, and codes that only some bodies have', async () => {
  const { json } = await running.ask('GET /openapi.json');
  expect(json.components.securitySchemes.key.bearerFormat).toBe('oh_…');
  expect(JSON.stringify(json)).not.toContain('What to do next.');
  const problems = (path: string, method: string, status: number): object =>
    json.paths[path][method].responses[status].content['application/problem+json'].examples;
  expect(problems('/v1/status', 'get', 401)).toMatchObject({
    KEY_REQUIRED: { value: { title: 'Key required', detail: expect.stringContaining('onhand keys create') } },
  });
});

it.each([
  ['PUT /v1/locations/east', { kind: 'tent' }, 400, 'VALUE_UNKNOWN'],
  ['PUT /v1/sources/web', { kind: 'warehouse' }, 400, 'ID_TAKEN'],
  ['PUT /v1/channels/wms', { kind: 'storefront' }, 400, 'ID_TAKEN'],
  ['PUT /v1/channels/web/listings/L', { sku: 'A', unitsPer: 0 }, 400, 'QUANTITY_ZERO'],
  ['PUT /v1/policies/channel:none', { cap: 1 }, 404, 'CHANNEL_UNKNOWN'],
  ['PUT /v1/policies/item:NONE', { cap: 1 }, 404, 'ITEM_UNKNOWN'],
  ['PUT /v1/policies/listing:web:NONE', { cap: 1 }, 404, 'LISTING_UNKNOWN'],
  ['PUT /v1/policies/global', { allocations: { none: 1 } }, 422, 'CHANNEL_UNKNOWN'],
  ['POST /v1/policies/preview', { scope: 'item:NONE', cap: 1 }, 422, 'ITEM_UNKNOWN'],
  ['POST /v1/policies/preview', { scope: 'global', cap: -1 }, 400, 'QUANTITY_NEGATIVE'],
  ['POST /v1/events', { ...MOVE, id: 'm-2', data: {} }, 400, 'MISSING_FIELD'],
  ['POST /v1/events', { ...MOVE, id: 'm-3', data: { ...MOVE.data, mood: 1 } }, 400, 'UNKNOWN_FIELD'],
  ['POST /v1/events', MOVE, 422, 'TRANSFER_SAME_LOCATION'],
  ['PUT /v1/locations/.', { kind: 'store' }, 400, 'ID_EMPTY'],
  ['PUT /v1/locations/east', '[]', 400, 'OBJECT_REQUIRED'],
  ['PUT /v1/items/A', { identifiers: [{ scheme: 'gtin', value: '' }] }, 400, 'ID_EMPTY'],
  ['POST /v1/events', { ...MOVE, id: '' }, 400, 'ID_EMPTY'],
  ['POST /v1/events', { ...MOVE, sequence: 2 ** 53 }, 400, 'UNSAFE_INTEGER'],
  ['POST /v1/events', { ...MOVE, sequence: -1 }, 400, 'OUT_OF_RANGE'],
  ['POST /v1/events', { ...MOVE, time: '2026-11-20T09:00:00' }, 400, 'TIMESTAMP_ZONE_REQUIRED'],
  ['POST /v1/events', { ...moving({}), time: '1999-11-20T09:00:00Z' }, 400, 'TIMESTAMP_OUT_OF_RANGE'],
  ['POST /v1/events', { ...MOVE, specversion: '0.3' }, 400, 'SCHEMA_VERSION_UNSUPPORTED'],
  ['POST /v1/events', moving({ disposition: 'lost' }), 400, 'VALUE_UNKNOWN'],
  ['POST /v1/events', moving({ sku: '' }), 400, 'SKU_EMPTY'],
  ['POST /v1/events', moving({ sku: 'A'.repeat(129) }), 400, 'SKU_TOO_LONG'],
  ['POST /v1/events', moving({ sku: 'A\u0001' }), 400, 'SKU_INVALID_CHAR'],
  ['POST /v1/events', moving({ sku: 'A', listing: 'A' }), 400, 'FIELDS_EXCLUDE'],
  ['POST /v1/events', moving({ quantity: -1 }), 400, 'QUANTITY_NEGATIVE'],
  ['POST /v1/events', moving({ quantity: 0.000001 }), 400, 'QUANTITY_TOO_PRECISE'],
  ['POST /v1/events', moving({ quantity: 0.5 }), 400, 'QUANTITY_NOT_INTEGER'],
  ['POST /v1/events', moving({ quantity: 2e9 }), 400, 'QUANTITY_OUT_OF_RANGE'],
  ['POST /v1/events', moving({ attributes: MANY }), 400, 'TOO_MANY_ATTRIBUTES'],
  ['POST /v1/events', moving(...Array<object>(1_001).fill({})), 400, 'TOO_MANY_LINES'],
  ['POST /v1/events', moving({ line: '1' }, { line: '1' }), 400, 'DUPLICATE_LINE'],
  [
    'POST /v1/events',
    { ...MOVE, type: 'order.placed', data: { ...ORDER, channel: 'none' } },
    422,
    'CHANNEL_UNKNOWN',
  ],
  [
    'POST /v1/events',
    {
      ...MOVE,
      type: 'order.shipped',
      data: { ...ORDER, shipmentId: 's', location: 'east', tracking: { url: 'x' } },
    },
    400,
    'URL_INVALID',
  ],
  ['POST /v1/events', '', 400, 'EMPTY_PAYLOAD'],
  ['POST /v1/events', '{"id": "a", "id": "b"}', 400, 'DUPLICATE_KEY'],
  ['POST /v1/events', '{"__proto__": 1}', 400, 'FORBIDDEN_KEY'],
  ['POST /v1/events', DEEP, 400, 'NESTING_TOO_DEEP'],
  ['POST /v1/events', JSON.stringify(moving({})).replace('"A"', '"\\ud800"'), 400, 'INVALID_UNICODE'],
  ['POST /v1/events', new Uint8Array([0x22, 0xff, 0x22]), 400, 'INVALID_UTF8'],
  ['PUT /v1/items/A', '{"name": "a", "name": "b"}', 400, 'DUPLICATE_KEY'],
  ['PUT /v1/items/A', '{"__proto__": 1}', 400, 'FORBIDDEN_KEY'],
  ['PUT /v1/items/A', DEEP, 400, 'NESTING_TOO_DEEP'],
  ['PUT /v1/items/A', '{"name": "\\ud800"}', 400, 'INVALID_UNICODE'],
  ['PUT /v1/items/A', new Uint8Array([0x22, 0xff, 0x22]), 400, 'INVALID_UTF8'],
  ['PUT /v1/items/A', '', 400, 'EMPTY_PAYLOAD'],
  ['PUT /v1/channels/web/listings/L', { sku: '' }, 400, 'SKU_EMPTY'],
  ['POST /v1/reservations', { ...HOLD, lines: [{ sku: '', quantity: 1 }] }, 400, 'SKU_EMPTY'],
  ['POST /v1/items/A/adjustments', { ...ADJUSTMENT, change: 0 }, 400, 'QUANTITY_ZERO'],
])('documents what is answered to %s', async (line, body, status, code) => {
  await running.ask('PUT /v1/locations/east', { kind: 'warehouse' });
  await running.ask('PUT /v1/sources/wms', { kind: 'warehouse' });
  await running.ask('PUT /v1/channels/web', { kind: 'storefront' });
  await running.ask('PUT /v1/items/A', {});
  const answer = await (await conforming(running.ask))(line, body);
  expect([answer.status, answer.json.code]).toEqual([status, code]);
});

it('says when to come back, where a feed resumes, what a scope is, and which words there are for why', async () => {
  const { json } = await running.ask('GET /openapi.json');
  const { get } = json.paths['/v1/channels/{channel}/feed'];
  expect(get.parameters).toContainEqual(
    expect.objectContaining({ name: 'Last-Event-ID', in: 'header', required: false }),
  );
  const answers = Object.values<any>(json.paths).flatMap((methods) =>
    Object.values<any>(methods).flatMap(({ responses }) => Object.entries<any>(responses)),
  );
  const mayPass = answers.filter(([status]) => status === '429');
  expect(mayPass.length).toBeGreaterThan(30);
  for (const [, { headers }] of mayPass)
    expect(headers['Retry-After'].schema).toEqual({ type: 'integer', minimum: 0 });

  const parameters = Object.values<any>(json.paths).flatMap((methods) =>
    Object.values<any>(methods).flatMap((operation) => operation.parameters),
  );
  expect(parameters.filter((each) => each.in === 'path' && !('description' in each))).toEqual([
    expect.objectContaining({ name: 'part' }),
    expect.objectContaining({ name: 'name' }),
  ]);
  const { Availability, Exception, Result } = json.components.schemas;
  expect(Availability.properties.reason.enum).toEqual(expect.arrayContaining(['receipt', 'order']));
  expect(Exception.properties.kind.enum).toEqual(Result.properties.flags.items.enum);
});

it('describes a row of a catalog so that the rows it takes fit', async () => {
  const { json } = await running.ask('GET /openapi.json');
  const fits = new Ajv2020({ strict: false }).addSchema(json, 'api');
  const row = { channel: 'web', listing: 'B-1', sku: 'A', unitsPer: 2 };
  expect(fits.validate('api#/components/schemas/ListingRow', row)).toBe(true);
});

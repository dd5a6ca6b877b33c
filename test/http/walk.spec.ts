import { until } from '../fixtures/waiting.ts';
import { conforming } from './conform.ts';
import { type Answer, type Ask, type Running, startService } from './harness.ts';

/** One merchant's day through the public door; every answer is held against the OpenAPI document. */
let running: Running;
let ask: Ask;
beforeAll(async () => {
  running = await startService();
  ask = await conforming(running.ask);
});
afterAll(() => running.stop());

let messages = 0;
const tell = (source: string, type: string, data: object, more: object = {}): Promise<Answer> => {
  const time = new Date().toISOString();
  return ask('POST /v1/events', { id: `m-${++messages}`, source, type, time, data, ...more });
};

const must = async (status: number, line: string, body?: unknown): Promise<any> => {
  const answer = await ask(line, body);
  expect([line, answer.status, answer.text.slice(0, 300)]).toEqual([line, status, expect.any(String)]);
  return answer.json;
};

it('sets up a merchant', async () => {
  for (const id of ['east', 'west']) {
    await must(201, `PUT /v1/locations/${id}`, { name: id, kind: 'warehouse' });
  }
  await must(201, 'PUT /v1/sources/wms', { kind: 'warehouse' });
  const channel = { kind: 'storefront', locations: ['east', 'west'] };
  const first = await must(201, 'PUT /v1/channels/web', channel);
  expect(first).toMatchObject({ id: 'web', lists: 'all', unknownItems: 'park' });
  const again = await must(200, 'PUT /v1/channels/web', channel);
  expect(again.position).toBe(first.position);
  await must(201, 'PUT /v1/items/MUG', { name: 'Mug', category: 'mugs' });
  await must(201, 'PUT /v1/items/TEA', { name: 'Tea', decimals: 3, unit: 'kg' });
  await must(201, 'PUT /v1/items/SET', {
    components: [
      { sku: 'MUG', quantity: 2 },
      { sku: 'TEA', quantity: 0.25 },
    ],
  });
  await must(201, 'PUT /v1/channels/web/listings/MUG-6', { sku: 'MUG', unitsPer: 6 });
  const policy = { buffer: 1, percent: 50, locationSafetyStock: { east: 1 }, allocations: { web: 2 } };
  await must(201, 'PUT /v1/policies/item:MUG', policy);
  expect(await must(200, 'GET /v1/policies/item:MUG')).toMatchObject(policy);
  await must(200, 'PUT /v1/policies/item:MUG', {});
  for (const list of ['locations', 'sources', 'channels', 'policies', 'channels/web/listings', 'items']) {
    const page = await must(200, `GET /v1/${list}?limit=1`);
    expect(page.items).toHaveLength(1);
  }
});

it('refuses what cannot be', async () => {
  const refused = async (line: string, body: unknown): Promise<[number, string]> => {
    const { status, json } = await ask(line, body);
    return [status, json.code];
  };
  const kit = { components: [{ sku: 'SET', quantity: 1 }] };
  expect(await refused('PUT /v1/items/MUG', kit)).toEqual([422, 'KIT_CYCLE']);
  const unknown = { components: [{ sku: 'NOPE', quantity: 1 }] };
  expect(await refused('PUT /v1/items/X', unknown)).toEqual([422, 'ITEM_UNKNOWN']);
  expect(await refused('PUT /v1/channels/web/listings/L', { sku: 'NOPE' })).toEqual([422, 'ITEM_UNKNOWN']);
  expect(await refused('PUT /v1/channels/nope/listings/L', { sku: 'MUG' })).toEqual([404, 'CHANNEL_UNKNOWN']);
  const allocations = { allocations: { web: 1 } };
  expect(await refused('PUT /v1/policies/channel:web', allocations)).toEqual([400, 'OUT_OF_RANGE']);
  expect(await refused('PUT /v1/policies/nope', {})).toEqual([400, 'SCOPE_INVALID']);
});

it('takes messages, once', async () => {
  const receipt = {
    documentId: 'in-1',
    location: 'east',
    lines: [
      { sku: 'MUG', quantity: 10 },
      { sku: 'TEA', quantity: 2.5 },
    ],
  };
  const id = { id: 'receipt-1', time: '2026-11-01T08:00:00Z' };
  const first = await tell('wms', 'stock.received', receipt, id);
  expect([first.status, first.json.outcome]).toEqual([201, 'accepted']);
  const second = await tell('wms', 'stock.received', receipt, id);
  expect([second.status, second.json]).toMatchObject([
    200,
    { outcome: 'duplicate', position: first.json.position },
  ]);
  const other = await tell('wms', 'stock.received', { ...receipt, location: 'west' }, id);
  expect([other.status, other.json]).toMatchObject([
    409,
    { code: 'ID_REUSED_WITH_DIFFERENT_CONTENT', outcome: 'rejected' },
  ]);
  const parked = await tell('web', 'order.placed', {
    orderId: 'P-1',
    lines: [{ sku: 'LATER', quantity: 1 }],
  });
  expect([parked.status, parked.json.parked]).toMatchObject([202, [{ line: '1', code: 'ITEM_UNKNOWN' }]]);
  const nobody = await tell('nobody', 'stock.received', receipt);
  expect([nobody.status, nobody.json.code]).toEqual([403, 'UNKNOWN_SOURCE']);
  const many = await ask('POST /v1/events', [
    {
      id: 'a',
      source: 'wms',
      type: 'stock.received',
      time: '2026-11-01T09:00:00Z',
      data: { ...receipt, documentId: 'in-2', location: 'west' },
    },
    { id: 'b', source: 'wms', type: 'stock.eaten', time: '2026-11-01T09:00:00Z', data: receipt },
    'not an object',
  ]);
  expect(many.status).toBe(200);
  expect(many.json.counts).toEqual({ accepted: 1, duplicate: 0, parked: 0, rejected: 2 });
  expect(many.json.results.map((result: { error?: { code: string } }) => result.error?.code)).toEqual([
    undefined,
    'EVENT_TYPE_UNKNOWN',
    'OBJECT_REQUIRED',
  ]);
  const broken = await ask('POST /v1/events', '{');
  expect([broken.status, broken.json.code]).toEqual([400, 'INVALID_JSON']);
  const batch = await ask(
    'POST /v1/events',
    Array.from({ length: 1_001 }, () => ({})),
  );
  expect([batch.status, batch.json.code]).toEqual([400, 'TOO_MANY_MESSAGES']);
});

it('knows what is where, and what may be sold', async () => {
  const { json } = await tell('web', 'order.placed', {
    orderId: 'A-1',
    lines: [{ sku: 'MUG', quantity: 3 }],
  });
  const mug = await must(200, `GET /v1/items/MUG?atLeast=${json.position}`);
  expect(mug.totals).toEqual({
    onHand: 20,
    sellable: 20,
    committed: 3,
    reserved: 0,
    inTransit: 0,
    incoming: 0,
  });
  expect(mug.locations).toMatchObject([
    { location: 'east', onHand: { sellable: 10 }, committed: 3 },
    { location: 'west', onHand: { sellable: 10 }, committed: 0 },
  ]);
  expect(mug.availability).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ channel: 'web', listing: 'MUG', available: 17 }),
      expect.objectContaining({ channel: 'web', listing: 'MUG-6', available: 2 }),
    ]),
  );
  const number = await must(200, 'GET /v1/channels/web/availability/MUG');
  expect(number).toMatchObject({ channel: 'web', listing: 'MUG', sku: 'MUG', available: 17 });
  const page = await must(200, 'GET /v1/channels/web/availability?sku=MUG&sku=TEA');
  expect(page.items.map((each: { listing: string }) => each.listing)).toEqual(['MUG', 'MUG-6', 'TEA']);
  const changed = await must(200, `GET /v1/channels/web/availability?after=${number.version - 1}`);
  expect(changed.items).toContainEqual(number);
  const none = await must(200, `GET /v1/channels/web/availability?after=${number.version + 1000}`);
  expect(none).toEqual({ items: [], next: null });
  expect((await ask('GET /v1/channels/web/availability/NOPE')).json.code).toBe('LISTING_UNKNOWN');
  expect((await ask('GET /v1/channels/nope/availability')).json.code).toBe('CHANNEL_UNKNOWN');
  expect((await ask('GET /v1/items/NOPE')).json.code).toBe('ITEM_UNKNOWN');
  const told = await must(200, 'GET /v1/channels/web/publications');
  expect(told.items).toContainEqual(
    expect.objectContaining({ desired: number, staleSince: number.recordedAt }),
  );
  expect(await must(200, 'GET /v1/channels/web/webhook')).toEqual({});
  const east = await must(200, 'GET /v1/items?location=east&category=mugs');
  expect(east.items.map((each: { sku: string }) => each.sku)).toEqual(['MUG']);
});

it('follows an order', async () => {
  const tracking = { carrier: 'DHL', number: '123', url: 'https://dhl.example/123' };
  const shipped = {
    orderId: 'A-1',
    shipmentId: 's-1',
    location: 'east',
    tracking,
    lines: [{ sku: 'MUG', quantity: 2 }],
  };
  const { json } = await tell('web', 'order.shipped', shipped);
  const order = await must(200, `GET /v1/channels/web/orders/A-1?atLeast=${json.position}`);
  expect(order).toMatchObject({
    orderId: 'A-1',
    status: 'partially_shipped',
    lines: [{ line: '1', sku: 'MUG', ordered: 3, shipped: 2, open: 1, cancelled: 0, parked: false }],
    shipments: [{ shipmentId: 's-1', tracking }],
  });
  expect((await ask('GET /v1/channels/web/orders/nope')).json.code).toBe('ORDER_UNKNOWN');
});

it('holds stock', async () => {
  const body = {
    reservationId: 'r-1',
    channel: 'web',
    lines: [{ sku: 'MUG', quantity: 4 }],
    expiresInSeconds: 60,
  };
  const held = await must(201, 'POST /v1/reservations', body);
  expect(held).toMatchObject({
    reservationId: 'r-1',
    state: 'held',
    lines: [{ sku: 'MUG', quantity: 4, location: 'east' }],
  });
  expect(await must(200, 'POST /v1/reservations', body)).toEqual(held);
  const other = await ask('POST /v1/reservations', { ...body, expiresInSeconds: 61 });
  expect([other.status, other.json.code]).toEqual([409, 'ID_REUSED_WITH_DIFFERENT_CONTENT']);
  const tooMuch = await ask('POST /v1/reservations', {
    ...body,
    reservationId: 'r-2',
    lines: [{ sku: 'MUG', quantity: 99 }],
  });
  expect([tooMuch.status, tooMuch.json.code]).toEqual([409, 'INSUFFICIENT_STOCK']);
  expect(tooMuch.json.shortages).toEqual([{ sku: 'MUG', requested: 99, available: 13 }]);
  await must(200, 'POST /v1/reservations/r-1/extend', { expiresInSeconds: 120 });
  expect(await must(200, 'POST /v1/reservations/r-1/confirm', { orderId: 'A-2' })).toMatchObject({
    state: 'confirmed',
  });
  const over = await ask('POST /v1/reservations/r-1/release');
  expect([over.status, over.json.code, over.json.state]).toEqual([409, 'RESERVATION_TERMINAL', 'confirmed']);
  expect((await ask('GET /v1/reservations/nope')).json.code).toBe('RESERVATION_UNKNOWN');
  const list = await must(200, 'GET /v1/reservations');
  expect(list.items.map((row: { reservationId: string }) => row.reservationId)).toContain('r-1');
  for (const seconds of [0, -1, 14_401, 1.5]) {
    const { status, json } = await ask('POST /v1/reservations', { ...body, expiresInSeconds: seconds });
    expect([status, ['OUT_OF_RANGE', 'WRONG_TYPE'].includes(json.code)]).toEqual([400, true]);
  }
});

it('corrects', async () => {
  const seen = await must(200, 'GET /v1/items/TEA');
  const onHand = seen.locations.find((place: { location: string }) => place.location === 'east').onHand
    .sellable;
  const body = {
    adjustmentId: 'adj-1',
    location: 'east',
    setTo: 2.25,
    expectedOnHand: onHand,
    reason: 'spilt',
    actor: 'Ana',
  };
  const done = await must(201, 'POST /v1/items/TEA/adjustments', body);
  expect(done).toMatchObject({ change: -0.25, onHand: 2.25 });
  expect(await must(200, 'POST /v1/items/TEA/adjustments', body)).toEqual(done);
  const stale = await ask('POST /v1/items/TEA/adjustments', { ...body, adjustmentId: 'adj-2' });
  expect([stale.status, stale.json.code, stale.json.current]).toEqual([409, 'STALE_VALUE', 2.25]);
  for (const [wrong, code] of [
    [{ ...body, change: 1 }, 'FIELDS_EXCLUDE'],
    [{ ...body, setTo: undefined }, 'MISSING_FIELD'],
    [{ ...body, expectedOnHand: undefined }, 'MISSING_FIELD'],
    [{ ...body, setTo: 1.23456789 }, 'QUANTITY_TOO_PRECISE'],
  ] as const) {
    expect((await ask('POST /v1/items/TEA/adjustments', wrong)).json.code).toBe(code);
  }
  expect((await ask('POST /v1/items/NOPE/adjustments', body)).status).toBe(404);
  expect((await ask('POST /v1/items/TEA/adjustments', { ...body, location: 'nope' })).status).toBe(422);
  const move = {
    reallocationId: 'move-1',
    channel: 'web',
    orderId: 'A-1',
    line: '1',
    from: 'east',
    to: 'west',
    quantity: 1,
  };
  await must(201, 'POST /v1/items/MUG/reallocations', move);
  const much = await ask('POST /v1/items/MUG/reallocations', {
    ...move,
    reallocationId: 'move-2',
    quantity: 9,
  });
  expect([much.status, much.json.code]).toEqual([409, 'INSUFFICIENT_COMMITMENT']);
});

it('shows exceptions, and closes them by hand', async () => {
  const { json } = await tell('web', 'order.placed', {
    orderId: 'BIG',
    lines: [{ sku: 'MUG', quantity: 500 }],
  });
  const page = await must(
    200,
    `GET /v1/exceptions?kind=oversell&state=open&sku=MUG&atLeast=${json.position}`,
  );
  expect(page.items).toMatchObject([
    { kind: 'oversell', state: 'open', sku: 'MUG', channel: 'web', orderId: 'BIG' },
  ]);
  const resolve = `POST /v1/exceptions/${page.items[0].id}/resolve`;
  const [ended, meanwhile] = await Promise.all([
    must(200, resolve, { reason: 'bought more' }),
    must(200, resolve, { reason: 'bought more' }),
  ]);
  expect(ended).toMatchObject({ state: 'resolved', reason: 'bought more', closedAt: expect.any(String) });
  expect(meanwhile).toEqual(ended);
  expect(await must(200, resolve, { reason: 'bought more' })).toEqual(ended);
  expect((await ask('POST /v1/exceptions/nope/resolve', { reason: 'x' })).status).toBe(404);
});

it('shows parked lines, and lets them go', async () => {
  const page = await must(200, 'GET /v1/parked');
  expect(page.items).toMatchObject([{ source: 'web', line: '1', code: 'ITEM_UNKNOWN' }]);
  const { id } = page.items[0];
  expect(await must(200, `POST /v1/parked/${id}/retry`)).toMatchObject({ releasedLines: 0, waitingLines: 1 });
  const { position } = await must(201, 'PUT /v1/items/LATER', {});
  const parked = async () => (await must(200, `GET /v1/parked?atLeast=${position}`)).items;
  await until(async () => (await parked()).length === 0, 'it is released');
  const late = await tell('web', 'order.placed', { orderId: 'P-2', lines: [{ sku: 'NEVER', quantity: 1 }] });
  const [waiting] = (await must(200, `GET /v1/parked?atLeast=${late.json.position}`)).items;
  await must(200, `POST /v1/parked/${waiting.id}/dismiss`, { reason: 'a typing error' });
  expect((await ask(`POST /v1/parked/${waiting.id}/retry`)).status).toBe(404);
});

it('explains its numbers, and remembers', async () => {
  const told = await must(200, 'GET /v1/channels/web/availability/MUG');
  const explained = await must(200, 'GET /v1/channels/web/availability/MUG/explain');
  expect(explained).toMatchObject({ available: told.available, version: told.version });
  expect(explained.terms.map((term: { name: string }) => term.name)).toContain('sellable');
  await must(200, 'GET /v1/channels/web/availability/SET/explain');
  const timeline = await must(200, 'GET /v1/items/MUG/timeline?limit=2');
  expect(timeline.items).toHaveLength(2);
  await must(200, `GET /v1/items/MUG/timeline?limit=2&cursor=${timeline.next}`);
  const now = new Date().toISOString();
  await must(200, `GET /v1/items/MUG?knownAt=${now}`);
  const before = await must(200, 'GET /v1/items/MUG?asOf=2026-11-01T08:30:00Z');
  expect(before.totals).toMatchObject({ onHand: 10, committed: 0 });
  const then = await must(200, `GET /v1/channels/web/availability/MUG?knownAt=${now}`);
  expect(then).toEqual(told);
  const changes = await must(
    200,
    `GET /v1/channels/web/availability/MUG/changes?from=2026-11-01T00:00:00Z&to=${now}`,
  );
  const sum = changes.changes.reduce((total: number, { delta }: { delta: number }) => total + delta, 0);
  expect(sum).toBe(changes.to.available - changes.from.available);
});

it('previews exactly what a policy does', async () => {
  const policy = { cap: 1, stopAt: 0 };
  const preview = await must(200, 'POST /v1/policies/preview', { scope: 'global', ...policy });
  await must(201, 'PUT /v1/policies/global', policy);
  for (const { channel, listing, to } of preview.items) {
    const number = await must(200, `GET /v1/channels/${channel}/availability/${listing}`);
    expect(number.available).toBe(to);
  }
});

it('counts what became of everything, and closes', async () => {
  const status = await must(200, 'GET /v1/status');
  const { received, accepted, duplicate, parked, rejected } = status.counts;
  expect(received).toBe(accepted + duplicate + parked + rejected);
  const { items } = await must(200, 'GET /v1/completeness');
  const sum = items.reduce((total: number, row: { received: number }) => total + row.received, 0);
  expect(sum).toBe(received);
  await must(200, 'GET /v1/rejected?limit=1');
  const ready = await must(200, 'GET /health/ready');
  expect(ready.status).toBe('ok');
  const { text } = await ask('GET /metrics');
  for (const name of [
    'onhand_log_position{of="head"}',
    'onhand_lag_seconds',
    'onhand_messages{outcome="accepted"}',
    'onhand_http_request_duration_seconds_bucket',
    'onhand_wal_bytes',
    'onhand_loop_running{loop="posting"} 1',
    'onhand_event_loop_delay_p99_seconds',
  ]) {
    expect(text).toContain(name);
  }
  expect(text).not.toContain('MUG');
});

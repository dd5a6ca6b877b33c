import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aChannel, aSource } from '../../libs/catalog/testing/opened-catalog.ts';
import { createLog } from '../../src/log.ts';
import { until, WAIT_MS_MAX } from '../fixtures/waiting.ts';
import { type Ask, askAt, type Running, startService } from './harness.ts';

/**
 * Who may come through which door, by the contract. Every route has a line here: one that has none fails.
 * Identities: N no key, B a bad key, W the channel `web`'s key on its own path, M the channel `market`'s key on
 * web's path, S a source's key, A an analyst's, X an admin's.
 * - `ok`: admitted, whatever becomes of the request then; `401`, `403` or `404`: refused like that.
 */
const OPEN = 'ok ok ok ok ok ok ok';
const KNOWN = '401 401 ok ok ok ok ok';
const TELL = '401 401 ok ok ok 403 ok';
const HOLD = '401 401 ok ok 403 403 ok';
const SEE_HOLD = '401 401 ok ok 403 ok ok';
const OWN_CHANNEL = '401 401 ok 404 403 ok ok';
const OWN_ROWS = '401 401 ok ok ok ok ok';
const READ = '401 401 403 403 403 ok ok';
const ADMIN = '401 401 403 403 403 403 ok';
const IDENTITIES = ['N', 'B', 'W', 'M', 'S', 'A', 'X'] as const;
type Identity = (typeof IDENTITIES)[number];

const MATRIX: Readonly<Record<string, string>> = {
  'GET /health/live': OPEN,
  'GET /health/ready': OPEN,
  'GET /openapi.json': KNOWN,
  'GET /asyncapi.json': KNOWN,
  'GET /docs': KNOWN,
  'GET /docs/:part': KNOWN,
  'GET /metrics': READ,
  'GET /v1/status': READ,
  'POST /v1/events': TELL,
  'GET /v1/parked': OWN_ROWS,
  'GET /v1/rejected': OWN_ROWS,
  'GET /v1/completeness': OWN_ROWS,
  'GET /v1/exceptions': OWN_ROWS,
  'GET /v1/reservations': OWN_ROWS,
  'POST /v1/parked/:id/retry': ADMIN,
  'POST /v1/parked/:id/dismiss': ADMIN,
  'POST /v1/exceptions/:id/resolve': ADMIN,
  'PUT /v1/locations/:location': ADMIN,
  'GET /v1/locations/:location': READ,
  'GET /v1/locations': READ,
  'PUT /v1/sources/:source': ADMIN,
  'GET /v1/sources/:source': READ,
  'GET /v1/sources': READ,
  'PUT /v1/channels/:channel': ADMIN,
  'GET /v1/channels/:channel': OWN_CHANNEL,
  'GET /v1/channels': READ,
  'PUT /v1/channels/:channel/listings/:listing': ADMIN,
  'GET /v1/channels/:channel/listings/:listing': OWN_CHANNEL,
  'GET /v1/channels/:channel/listings': OWN_CHANNEL,
  'PUT /v1/items/:sku': ADMIN,
  'GET /v1/items/:sku': READ,
  'GET /v1/items': READ,
  'GET /v1/items/:sku/timeline': READ,
  'POST /v1/items/:sku/adjustments': ADMIN,
  'POST /v1/items/:sku/reallocations': ADMIN,
  'PUT /v1/policies/:scope': ADMIN,
  'GET /v1/policies/:scope': READ,
  'GET /v1/policies': READ,
  'POST /v1/policies/preview': READ,
  'POST /v1/catalog/import': ADMIN,
  'POST /v1/reservations': HOLD,
  'GET /v1/reservations/:reservationId': SEE_HOLD,
  'POST /v1/reservations/:reservationId/confirm': HOLD,
  'POST /v1/reservations/:reservationId/release': HOLD,
  'POST /v1/reservations/:reservationId/extend': HOLD,
  'GET /v1/channels/:channel/availability': OWN_CHANNEL,
  'GET /v1/channels/:channel/availability/:listing': OWN_CHANNEL,
  'GET /v1/channels/:channel/availability/:listing/explain': OWN_CHANNEL,
  'GET /v1/channels/:channel/availability/:listing/changes': OWN_CHANNEL,
  'GET /v1/channels/:channel/orders/:orderId': OWN_CHANNEL,
  'GET /v1/channels/:channel/feed': OWN_CHANNEL,
  'GET /v1/channels/:channel/publications': OWN_CHANNEL,
  'GET /v1/channels/:channel/webhook': OWN_CHANNEL,
  'POST /internal/commands/:name': ADMIN,
};

let running: Running;
const logged: { readonly code?: string; readonly owner?: string; readonly path?: string }[] = [];
const asking = new Map<Identity, Ask>();

beforeAll(async () => {
  const log = createLog('warn', { write: (line) => void logged.push(JSON.parse(line)) });
  running = await startService({ AUTH: 'keys' }, { log });
  const { keyDesk, catalogDesk, projector } = running.service.onhand.rooms;
  for (const id of ['web', 'market']) {
    await catalogDesk.putChannel(aChannel(id));
  }
  const put = await catalogDesk.putSource(aSource('wms'));
  await projector.waitFor('position' in put ? put.position : 0, WAIT_MS_MAX);
  const keyOf = async (owner: Parameters<typeof keyDesk.create>[0]): Promise<string> => {
    const created = await keyDesk.create(owner);
    if (!('key' in created)) throw new Error(created.detail);
    return created.key;
  };
  const keys: Record<Identity, string | undefined> = {
    N: undefined,
    B: `oh_0123456789abcdef_${'x'.repeat(43)}`,
    W: await keyOf({ channel: 'web' }),
    M: await keyOf({ channel: 'market' }),
    S: await keyOf({ source: 'wms' }),
    A: await keyOf({ role: 'analyst' }),
    X: await keyOf({ role: 'admin' }),
  };
  for (const identity of IDENTITIES) {
    const key = keys[identity];
    asking.set(
      identity,
      askAt(running.service.url, key === undefined ? {} : { authorization: `Bearer ${key}` }),
    );
  }
});
afterAll(() => running.stop());

const routes = (): string[] =>
  running.service.routes.routes
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, path }) => `${method} ${path}`);

it('has a line here for every route, and none for any other', () => {
  expect([...new Set(routes())].sort()).toEqual(Object.keys(MATRIX).sort());
});

/** Ids that lead to the door without leading to anything behind it. */
const lineOf = (route: string): string =>
  route
    .replace(':channel', 'web')
    .replace(':scope', 'global')
    .replace(':part', 'start.js')
    .replace(/:[A-Za-z]+/g, 'nothing');

const REFUSED_BY: Readonly<Record<string, readonly string[]>> = {
  401: ['KEY_REQUIRED'],
  403: ['SCOPE_REQUIRED'],
  404: ['CHANNEL_UNKNOWN'],
};

describe.each(Object.entries(MATRIX))('%s', (route, line) => {
  const expected = line.split(' ');

  it.each(IDENTITIES.map((identity, index) => [identity, expected[index]!] as const))(
    '%s: %s',
    async (identity, what) => {
      const body = /^(PUT|POST)/.test(route) ? {} : undefined;
      const answer = await knock(asking.get(identity)!, lineOf(route), body);
      if (what === 'ok') {
        expect([401, 403, 405]).not.toContain(answer.status);
        expect(answer.code).not.toBe('CHANNEL_UNKNOWN');
      } else {
        expect(String(answer.status)).toBe(what);
        expect(REFUSED_BY[what]).toContain(answer.code);
      }
    },
  );
});

/** A feed that lets somebody in does not end: it is enough to be let in. */
async function knock(ask: Ask, line: string, body: unknown): Promise<{ status: number; code?: string }> {
  if (line.endsWith('/feed')) line = `${line}?cursor=none`;
  const { status, json } = await ask(line, body);
  return { status, code: json?.code };
}

it('reaching for what is another’s leaves a line that says whose key it was', async () => {
  const market = asking.get('M')!;
  const hold = {
    reservationId: 'of-web',
    channel: 'web',
    lines: [{ sku: 'A', quantity: 1 }],
    expiresInSeconds: 60,
  };
  const before = logged.length;
  expect((await market('GET /v1/channels/web/orders/o')).status).toBe(404);
  expect((await market('POST /v1/reservations', hold)).json.code).toBe('CHANNEL_MISMATCH');
  expect((await market('PUT /v1/items/A', { name: 'A' })).json.code).toBe('SCOPE_REQUIRED');
  expect((await market('GET /v1/reservations/none')).json.code).toBe('RESERVATION_UNKNOWN');
  expect(logged.slice(before)).toMatchObject([
    { owner: 'market', code: 'CHANNEL_UNKNOWN', method: 'GET', path: '/v1/channels/web/orders/o' },
    { owner: 'market', code: 'CHANNEL_MISMATCH', keyId: expect.any(String) },
    { owner: 'market', code: 'SCOPE_REQUIRED', path: '/v1/items/A' },
  ]);
  expect(JSON.stringify(logged)).not.toContain('oh_');
});

it('a process without the role http answers for itself, and its own command line, and nobody else', async () => {
  const worker = await startService({ AUTH: 'off', ROLES: 'posting,publishing' });
  const { secret } = JSON.parse(readFileSync(join(worker.directory, 'service.json'), 'utf8'));
  const own = askAt(worker.service.url, { authorization: `Bearer ${secret}` });
  for (const line of ['GET /health/live', 'GET /health/ready', 'GET /metrics', 'GET /v1/status'])
    expect((await worker.ask(line)).status).toBe(200);
  const message = { id: '1', source: 'web', type: 'order.placed', time: '2026-01-01T00:00:00Z', data: {} };
  for (const [line, body] of [
    ['GET /v1/items', undefined],
    ['PUT /v1/items/A', { name: 'A' }],
    ['POST /v1/events', message],
    ['POST /v1/events?way=long', message],
    ['GET /openapi.json', undefined],
  ] as const) {
    const { status, json } = await worker.ask(line, body);
    expect([line, status, json.code]).toEqual([line, 503, 'ROLE_NOT_HERE']);
  }
  expect((await own('GET /v1/items')).status).toBe(200);
  await worker.stop();
});

describe('a key', () => {
  it('is refused in the same words whatever is wrong with it', async () => {
    const words = async (authorization?: string): Promise<unknown> => {
      const { json } = await askAt(
        running.service.url,
        authorization === undefined ? {} : { authorization },
      )('GET /v1/status');
      return { ...json, instance: undefined };
    };
    const none = await words();
    for (const header of ['Bearer', 'Bearer x', 'Basic eDp5', 'oh_x', `Bearer oh_${'a'.repeat(600)}`]) {
      expect(await words(header)).toEqual(none);
    }
    // What only begins as the service's own secret does opens nothing.
    for (const secret of ['ohs_', 'ohs_x', `ohs_${'a'.repeat(43)}`]) {
      expect(await words(`Bearer ${secret}`)).toEqual(none);
    }
  });

  it('is refused as soon as it was revoked', async () => {
    const { keyDesk } = running.service.onhand.rooms;
    const created = await keyDesk.create({ role: 'analyst' });
    if (!('key' in created)) throw new Error(created.detail);
    const ask = askAt(running.service.url, { authorization: `Bearer ${created.key}` });
    expect((await ask('GET /v1/status')).status).toBe(200);
    await keyDesk.revoke(created.id);
    expect((await ask('GET /v1/status')).status).toBe(401);
  });

  it('may be given as a password to read the documentation in a browser, and for nothing else', async () => {
    const { keyDesk } = running.service.onhand.rooms;
    const created = await keyDesk.create({ role: 'analyst' });
    if (!('key' in created)) throw new Error(created.detail);
    const basic = `Basic ${Buffer.from(`me:${created.key}`).toString('base64')}`;
    const ask = askAt(running.service.url, { authorization: basic });
    expect((await ask('GET /docs')).status).toBe(200);
    expect((await ask('GET /v1/status')).status).toBe(401);
    const { headers } = await askAt(running.service.url)('GET /docs');
    expect(headers.get('www-authenticate')).toContain('Basic');
  });

  it('stands in no file, answer or metric', async () => {
    const { keyDesk } = running.service.onhand.rooms;
    const created = await keyDesk.create({ role: 'admin' });
    if (!('key' in created)) throw new Error(created.detail);
    const secret = created.key.slice(`oh_${created.id}_`.length);
    const ask = askAt(running.service.url, { authorization: `Bearer ${created.key}` });
    for (const line of ['GET /metrics', 'GET /v1/status', 'GET /v1/nothing', 'GET /v1/items?limit=0']) {
      expect((await ask(line)).text).not.toContain(secret);
    }
  });
});

describe("another's things", () => {
  const MESSAGE = { type: 'sale.completed', time: '2026-11-01T10:00:00Z' };
  const data = { saleId: 's-1', location: 'shop', lines: [{ sku: 'A', quantity: 1 }] };

  it('a channel tells for itself only, and it is counted and shown under its own name', async () => {
    const message = { ...MESSAGE, id: 'm-1', source: 'market', data };
    const { status, json } = await asking.get('W')!('POST /v1/events', message);
    expect([status, json.code]).toEqual([403, 'CHANNEL_MISMATCH']);
    const own = await asking.get('W')!(`GET /v1/rejected?atLeast=${json.position}`);
    expect(own.json.items.at(-1)).toMatchObject({
      source: 'web',
      messageId: 'm-1',
      code: 'CHANNEL_MISMATCH',
    });
    const others = await asking.get('M')!('GET /v1/rejected');
    expect(others.json.items.map((row: { source: string }) => row.source)).not.toContain('web');
    const rows = await asking.get('W')!('GET /v1/completeness');
    expect(rows.json.items).toMatchObject([{ source: 'web', received: 2, rejected: 2 }]);
  });

  it('asking for another by name shows one’s own all the same', async () => {
    const { json } = await asking.get('M')!('GET /v1/rejected?source=web');
    expect(json.items.map((row: { source: string }) => row.source)).not.toContain('web');
  });

  it('a cursor of another’s list is worth nothing', async () => {
    for (const id of ['m-2', 'm-3']) {
      await asking.get('W')!('POST /v1/events', { ...MESSAGE, id, source: 'market', data });
    }
    const page = await asking.get('W')!('GET /v1/rejected?limit=1&atLeast=1');
    expect(page.json.next).toEqual(expect.any(String));
    const stolen = await asking.get('M')!(`GET /v1/rejected?limit=1&cursor=${page.json.next}`);
    expect([stolen.status, stolen.json.code]).toEqual([400, 'CURSOR_INVALID']);
  });
});

it('an exception shows a channel who claims what of its own, and an analyst all who do', async () => {
  const admin = asking.get('X')!;
  const order = (source: string, quantity: number) => ({
    ...{ source, id: 'o', type: 'order.placed', time: '2026-01-01T00:00:00Z' },
    data: { orderId: `${source}-o`, lines: [{ sku: 'MUG', quantity }] },
  });
  await admin('PUT /v1/locations/main', { name: 'Main', kind: 'warehouse' });
  for (const id of ['web', 'market']) {
    await admin(`PUT /v1/channels/${id}`, { name: id, kind: 'storefront', locations: ['main'] });
  }
  await admin('PUT /v1/items/MUG', { name: 'Mug' });
  const { json } = await admin('POST /v1/events', [order('market', 1), order('web', 500)]);
  const position = (json.results as { position: number }[]).at(-1)!.position;
  await until(
    async () => ((await admin('GET /v1/status')).json.posted as number) >= position,
    'both are posted',
  );
  const claimants = async (identity: Identity): Promise<unknown> => {
    const { json: page } = await asking.get(identity)!('GET /v1/exceptions?sku=MUG&kind=oversell');
    const rows = page.items as { channel: string; claims: { channel: string }[] }[];
    return rows
      .find(({ channel }) => channel === 'web')
      ?.claims.map(({ channel }) => channel)
      .sort();
  };
  expect(await claimants('A')).toEqual(['market', 'web']);
  expect(await claimants('W')).toEqual(['web']);
  expect(await claimants('M')).toBeUndefined();
});

it('a key that is revoked ends the feed that it opened, and opens no other', async () => {
  const { keyDesk } = running.service.onhand.rooms;
  const created = await keyDesk.create({ channel: 'web' });
  if (!('key' in created)) throw new Error(created.detail);
  const url = `${running.service.url}/v1/channels/web/feed`;
  const open = (): Promise<Response> => fetch(url, { headers: { authorization: `Bearer ${created.key}` } });
  const feed = await open();
  await keyDesk.revoke(created.id);
  const order = { orderId: 'after', lines: [{ sku: 'A', quantity: 1 }] };
  const placed = {
    id: 'after',
    source: 'web',
    type: 'order.placed',
    time: '2026-01-01T00:00:00Z',
    data: order,
  };
  await asking.get('X')!('POST /v1/events', placed);
  expect(await feed.text()).toBe('retry: 2000\n');
  expect((await open()).status).toBe(401);
});

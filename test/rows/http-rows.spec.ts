import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { until, WAIT_MS_MAX } from '../fixtures/waiting.ts';
import { type Ask, askAt, NEVER, type Running, startService } from '../http/harness.ts';
import { refused } from './refused.ts';
import { missingRows } from './rows.ts';
import { speak } from './speak.ts';

/** Rows 49–72 of the catalogue of bad input: what a caller of the API can do wrong, or wickedly. */
let running: Running;
let [admin, analyst, web, market]: Ask[] = [];
const REVOKED = { key: '' };

beforeAll(async () => {
  running = await startService({ AUTH: 'keys' });
  const { secret } = JSON.parse(readFileSync(join(running.directory, 'service.json'), 'utf8'));
  admin = asking(secret);
  await admin('PUT /v1/locations/east', { kind: 'warehouse' });
  await admin('PUT /v1/sources/wms', { kind: 'warehouse' });
  for (const id of ['web', 'market']) {
    await admin(`PUT /v1/channels/${id}`, { kind: 'storefront', locations: ['east'] });
  }
  await tell(received('A', 10));
  await tell(received('B', 10));
  const { keyDesk } = running.service.onhand.rooms;
  const keyOf = async (owner: Parameters<typeof keyDesk.create>[0]): Promise<{ id: string; key: string }> => {
    const created = await keyDesk.create(owner);
    if (!('key' in created)) throw new Error(created.detail);
    return created;
  };
  analyst = asking((await keyOf({ role: 'analyst' })).key);
  web = asking((await keyOf({ channel: 'web' })).key);
  market = asking((await keyOf({ channel: 'market' })).key);
  const { id, key } = await keyOf({ role: 'admin' });
  await keyDesk.revoke(id);
  REVOKED.key = key;
});
afterAll(() => running.stop());

const asking = (key: string): Ask => askAt(running.service.url, { authorization: `Bearer ${key}` });
let messages = 0;
const received = (sku: string, quantity: number): object => ({
  id: `m-${++messages}`,
  source: 'wms',
  type: 'stock.received',
  time: '2026-11-01T08:00:00Z',
  data: { documentId: `d-${messages}`, location: 'east', lines: [{ sku, quantity }] },
});
/** Told, and known to every room. */
async function tell(message: object): Promise<void> {
  const { json } = await admin!('POST /v1/events', message);
  await running.service.onhand.rooms.projector.waitFor(json.position, WAIT_MS_MAX);
}
const hold = (reservationId: string, more: object = {}): object => ({
  reservationId,
  channel: 'web',
  lines: [{ sku: 'A', quantity: 1 }],
  expiresInSeconds: 600,
  ...more,
});
const LOCATION = 'PUT /v1/locations/a';
const GOOD = { kind: 'store' };
const head = (line: string, ...more: string[]): string => {
  const { secret } = JSON.parse(readFileSync(join(running.directory, 'service.json'), 'utf8'));
  return [`${line} HTTP/1.1`, 'Host: 127.0.0.1', `Authorization: Bearer ${secret}`, ...more, '', ''].join(
    '\r\n',
  );
};

const ROWS: readonly (readonly [row: number, title: string, test: () => Promise<unknown>])[] = [
  [
    49,
    'no key, or one that is none, is refused in the same words',
    async () => {
      const words = new Set<string>();
      const keys = [
        undefined,
        'Bearer',
        'Bearer x',
        'Basic eDp5',
        `Bearer oh_${'0'.repeat(16)}_${'x'.repeat(43)}`,
        `Bearer ${REVOKED.key}`,
      ];
      for (const authorization of keys) {
        const ask = askAt(running.service.url, authorization === undefined ? {} : { authorization });
        const problem = await refused(ask('GET /v1/items'), 401, 'KEY_REQUIRED');
        words.add(JSON.stringify({ ...problem, instance: 'each its own' }));
      }
      expect(words.size).toBe(1);
    },
  ],
  [
    50,
    'another channel’s is not there',
    async () => {
      for (const path of ['availability', 'orders/o', 'feed', 'listings', 'availability/A']) {
        await refused(market!(`GET /v1/channels/web/${path}`), 404, 'CHANNEL_UNKNOWN');
      }
      await web!('POST /v1/reservations', hold('of-web'));
      await refused(market!('GET /v1/reservations/of-web'), 404, 'RESERVATION_UNKNOWN');
      await refused(market!('POST /v1/reservations/of-web/release', {}), 404, 'RESERVATION_UNKNOWN');
      await refused(market!('POST /v1/reservations', hold('for-web')), 403, 'CHANNEL_MISMATCH');
    },
  ],
  [
    51,
    'who may read may not write',
    async () => {
      await refused(analyst!('POST /v1/events', received('A', 1)), 403, 'SCOPE_REQUIRED');
      await refused(analyst!(LOCATION, GOOD), 403, 'SCOPE_REQUIRED');
      await refused(analyst!('POST /v1/reservations', hold('h')), 403, 'SCOPE_REQUIRED');
    },
  ],
  [
    52,
    'a body of another kind',
    async () => {
      for (const type of ['text/plain', 'application/json; charset=utf-16', '']) {
        await refused(admin!(LOCATION, JSON.stringify(GOOD), { 'content-type': type }), 415, 'MEDIA_TYPE');
      }
    },
  ],
  [
    53,
    'brotli, deflate and a bomb',
    async () => {
      for (const encoding of ['br', 'deflate']) {
        const body = brotliCompressSync(JSON.stringify(GOOD));
        await refused(admin!(LOCATION, body, { 'content-encoding': encoding }), 415, 'MEDIA_TYPE');
      }
      const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
      await refused(admin!(LOCATION, bomb, { 'content-encoding': 'gzip' }), 413, 'MESSAGE_TOO_LARGE');
    },
  ],
  [
    54,
    'a body without end, said or not',
    async () => {
      await refused(admin!(LOCATION, ' '.repeat(5_000_000)), 413, 'MESSAGE_TOO_LARGE');
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const start = head(LOCATION, 'Content-Type: application/json', 'Transfer-Encoding: chunked');
      const heard = await speak(running.service.url, [start, ...Array.from({ length: 80 }, () => chunk)]);
      expect(heard).toMatch(/^HTTP\/1.1 413/);
      expect(heard.toLowerCase()).toContain('connection: close');
    },
  ],
  [
    55,
    'a byte now and then',
    async () => {
      const impatient = await startService(undefined, { requestMsMax: 1_500 });
      const start = head(LOCATION, 'Content-Type: application/json', 'Content-Length: 100');
      const bytes = Array.from({ length: 90 }, () => ' ');
      const heard = await speak(impatient.service.url, [start, ...bytes], { pauseMs: 100 });
      expect(heard).toMatch(/^HTTP\/1.1 408/);
      expect(heard).toContain('REQUEST_TIMEOUT');
      await impatient.stop();
    },
  ],
  [
    56,
    'two lengths, and headers of 70 kB',
    async () => {
      const two = head(LOCATION, 'Content-Length: 5', 'Transfer-Encoding: chunked');
      expect(await speak(running.service.url, [`${two}0\r\n\r\n`])).toMatch(/^HTTP\/1.1 400/);
      const big = head('GET /v1/status', `X-Big: ${'x'.repeat(70_000)}`);
      expect(await speak(running.service.url, [big])).toMatch(/^HTTP\/1.1 431/);
    },
  ],
  [
    57,
    'the id makes a request repeatable: without, too long, used up, and twice at once',
    async () => {
      const { reservationId, ...without } = hold('x') as Record<string, unknown>;
      expect(reservationId).toBe('x');
      await refused(web!('POST /v1/reservations', without), 400, 'MISSING_FIELD');
      await refused(web!('POST /v1/reservations', hold('x'.repeat(300))), 400, 'ID_TOO_LONG');
      const twins = await Promise.all([1, 2, 3, 4].map(() => web!('POST /v1/reservations', hold('twin'))));
      expect(twins.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
      expect(new Set(twins.map(({ json }) => json.position)).size).toBe(1);
      const other = web!('POST /v1/reservations', hold('twin', { expiresInSeconds: 601 }));
      await refused(other, 409, 'ID_REUSED_WITH_DIFFERENT_CONTENT');
    },
  ],
  [
    58,
    'paths that lead elsewhere',
    async () => {
      await refused(admin!('GET /v1/items/%00'), 400, 'SKU_INVALID_CHAR');
      await refused(admin!('GET /v1/items/%2e%2e%2f'), 400, 'SKU_INVALID_CHAR');
      await refused(admin!(`GET /v1/items/${'a'.repeat(4_096)}`), 400, 'SKU_TOO_LONG');
      await refused(admin!('GET /v1/items/%zz'), 400, 'INVALID_PARAMETER');
    },
  ],
  [
    59,
    'parameters that are none',
    async () => {
      const queries = [
        'limit=-1',
        'limit=1e9',
        'limit=NaN',
        'limit[]=1',
        'limit=1&limit=2',
        'limit=1001',
        'colour=red',
      ];
      for (const query of queries) {
        await refused(admin!(`GET /v1/items?${query}`), 400, 'INVALID_PARAMETER');
      }
    },
  ],
  [
    60,
    'a cursor made up, changed, or of another list',
    async () => {
      const { json } = await admin!('GET /v1/items?limit=1');
      expect(json.next).toEqual(expect.any(String));
      await refused(admin!(`GET /v1/channels?cursor=${json.next}`), 400, 'CURSOR_INVALID');
      await refused(admin!(`GET /v1/items?cursor=${json.next}A`), 400, 'CURSOR_INVALID');
      await refused(admin!('GET /v1/items?cursor=QUFBQUFBQUFBQUFBQUFBQQ'), 400, 'CURSOR_INVALID');
      const page = await web!('GET /v1/channels/web/availability?limit=1');
      const cursor = String(page.json.next);
      await refused(market!(`GET /v1/channels/market/availability?cursor=${cursor}`), 400, 'CURSOR_INVALID');
      await refused(web!('GET /v1/channels/web/feed?cursor=made-up'), 400, 'CURSOR_INVALID');
    },
  ],
  [
    61,
    'what somebody saw is no longer so, or is not yet',
    async () => {
      const adjustment = { adjustmentId: 'a-61', location: 'east', setTo: 5, reason: 'count', actor: 'Ana' };
      const stale = admin!('POST /v1/items/B/adjustments', { ...adjustment, expectedOnHand: 3 });
      expect(await refused(stale, 409, 'STALE_VALUE')).toMatchObject({ current: 10 });
      await refused(admin!('GET /v1/items/B?atLeast=soon'), 400, 'INVALID_PARAMETER');
      await refused(admin!(`GET /v1/items/B?${NEVER}`), 503, 'NOT_YET');
    },
  ],
  [
    62,
    'a method in disguise, and one that is none',
    async () => {
      const disguised = { 'x-http-method-override': 'PUT' };
      await refused(admin!('POST /v1/locations/a', GOOD, disguised), 405, 'METHOD_NOT_ALLOWED');
      const heard = await speak(running.service.url, [head('TRACE /v1/locations', 'Connection: close')]);
      expect(heard).toMatch(/^HTTP\/1.1 405/);
    },
  ],
  [
    63,
    'fields that are not for callers',
    async () => {
      for (const field of ['available', 'version', 'tenant', 'role', 'position']) {
        await refused(admin!('PUT /v1/items/M', { name: 'M', [field]: 1 }), 400, 'UNKNOWN_FIELD');
      }
      await refused(web!('POST /v1/reservations', hold('m', { state: 'confirmed' })), 400, 'UNKNOWN_FIELD');
    },
  ],
  [
    64,
    'many with one bad among them: each for itself, and not too many',
    async () => {
      const many = Array.from({ length: 1_000 }, () => received('BULK', 1));
      many[500] = { ...received('BULK', 1), time: 'yesterday' };
      const { status, json } = await admin!('POST /v1/events', many);
      expect([status, json.counts]).toEqual([200, { accepted: 999, duplicate: 0, parked: 0, rejected: 1 }]);
      expect(json.results[500].error.code).toBe('TIMESTAMP_INVALID');
      const tooMany = Array.from({ length: 10_000 }, () => 0);
      await refused(admin!('POST /v1/events', tooMany), 400, 'TOO_MANY_MESSAGES');
    },
  ],
  [
    65,
    'a hold for no time, less, or ten years',
    async () => {
      for (const expiresInSeconds of [0, -1, 315_360_000, 1.5]) {
        const { errors } = (await web!('POST /v1/reservations', hold('t', { expiresInSeconds }))).json;
        expect(['OUT_OF_RANGE', 'WRONG_TYPE']).toContain(errors[0].code);
        if (errors[0].code === 'OUT_OF_RANGE') expect(errors[0].detail).toMatch(/14,?400/);
      }
      await refused(web!('GET /v1/reservations/t'), 404, 'RESERVATION_UNKNOWN');
    },
  ],
  [
    66,
    'more than there is',
    async () => {
      const lines = [
        { sku: 'B', quantity: 6 },
        { sku: 'B', quantity: 5 },
      ];
      const problem = await refused(
        web!('POST /v1/reservations', hold('m-66', { lines })),
        409,
        'INSUFFICIENT_STOCK',
      );
      expect(problem.shortages).toEqual([{ sku: 'B', requested: 11, available: 10 }]);
      expect((await admin!('GET /v1/items/B')).json.totals.reserved).toBe(0);
    },
  ],
  [
    67,
    'a hold that is over',
    async () => {
      await web!('POST /v1/reservations', hold('released'));
      await web!('POST /v1/reservations/released/release', {});
      await web!('POST /v1/reservations', hold('expired', { expiresInSeconds: 1 }));
      const state = async () => (await web!('GET /v1/reservations/expired')).json.state;
      await until(async () => (await state()) === 'expired', 'it is over');
      for (const state of ['released', 'expired']) {
        const confirm = web!(`POST /v1/reservations/${state}/confirm`, { orderId: 'o' });
        expect(await refused(confirm, 409, 'RESERVATION_TERMINAL')).toMatchObject({ state });
      }
    },
  ],
  [
    68,
    'a webhook that would reach inside',
    async () => {
      const urls = [
        'http://example.com/',
        'https://localhost/',
        'https://127.1/',
        'https://0x7f.1/',
        'https://[::1]/',
        'https://[::ffff:10.0.0.1]/',
        'https://169.254.169.254/',
        'https://user:pw@example.com/',
        'https://example.com:22/',
        'file:///etc/passwd',
      ];
      for (const url of urls) {
        const body = { kind: 'storefront', webhook: { url, secret: `whsec_${'A'.repeat(32)}` } };
        await refused(admin!('PUT /v1/channels/hooked', body), 400, 'WEBHOOK_URL_FORBIDDEN');
      }
      await refused(admin!('GET /v1/channels/hooked'), 404, 'CHANNEL_UNKNOWN');
    },
  ],
  [
    69,
    'no door takes webhooks: a signature opens nothing',
    async () => {
      const signed = { 'webhook-id': 'm', 'webhook-timestamp': '1', 'webhook-signature': 'v1,AAAA' };
      const ask = askAt(running.service.url, signed);
      await refused(ask('POST /v1/events', received('A', 1)), 401, 'KEY_REQUIRED');
    },
  ],
  [
    70,
    'nor does an old or repeated one; a message told twice is a duplicate',
    async () => {
      const message = received('A', 1);
      const stamped = { 'webhook-id': 'm', 'webhook-timestamp': String(Date.now() / 1_000 - 360) };
      expect((await admin!('POST /v1/events', message, stamped)).status).toBe(201);
      const again = await admin!('POST /v1/events', message, stamped);
      expect([again.status, again.json.outcome]).toEqual([200, 'duplicate']);
    },
  ],
  [
    71,
    'a token that signs itself',
    async () => {
      const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
      for (const head of [
        { alg: 'none' },
        { alg: 'HS256' },
        { alg: 'RS256', kid: '../../etc/passwd' },
        { alg: 'RS256', kid: 'k'.repeat(10_000) },
      ]) {
        const token = `${part(head)}.${part({ role: 'admin', exp: 1 })}.AAAA`;
        await refused(asking(token)('GET /v1/items'), 401, 'KEY_REQUIRED');
      }
    },
  ],
  [
    72,
    'words that would become headers',
    async () => {
      const { headers, status } = await admin!('GET /v1/items/a%0d%0aSet-Cookie:%20a=b', undefined, {
        'accept-language': 'caf\u00e9; q=1, \u00ff',
        'x-request-id': 'a\tb',
      });
      expect([status, headers.get('set-cookie')]).toEqual([400, null]);
      expect(headers.get('x-request-id')).not.toContain('\t');
      const heard = await speak(running.service.url, [
        head('GET /v1/status', 'X-Request-Id: 😀', 'Accept-Language: 😀', 'Connection: close'),
      ]);
      expect(heard).toMatch(/^HTTP\/1.1 200/);
      expect(heard.split('\r\n\r\n')[0]).not.toContain('😀');
    },
  ],
];

it.each(ROWS)('row %d: %s', async (_, __, test) => void (await test()));

it('every row from 49 to 72 is here', () => {
  expect(missingRows(ROWS, 49, 72)).toEqual([]);
});

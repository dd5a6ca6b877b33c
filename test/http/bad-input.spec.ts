import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { speak } from '../rows/speak.ts';
import { NEVER, type Running, startService } from './harness.ts';

let running: Running;
beforeAll(async () => {
  running = await startService();
});
afterAll(() => running.stop());

const LOCATION = 'PUT /v1/locations/a';
const good = { kind: 'store' };

/** Writes raw bytes to the port and reads until the other side closes. */
const speakTo = (parts: readonly string[], pauseMs = 0, { service } = running): Promise<string> =>
  speak(service.url, parts, { pauseMs });

describe('what kind of body it is', () => {
  it.each([
    ['text', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['UTF-16', { 'content-type': 'application/json; charset=utf-16' }],
    ['none', { 'content-type': '' }],
  ])('refuses %s', async (_, headers) => {
    const { status, json } = await running.ask(LOCATION, JSON.stringify(good), headers);
    expect([status, json.code]).toEqual([415, 'MEDIA_TYPE']);
  });

  it('takes UTF-8 said out, in any case', async () => {
    const headers = { 'content-type': 'Application/JSON; Charset="UTF-8"' };
    expect((await running.ask(LOCATION, JSON.stringify(good), headers)).status).toBeLessThan(300);
  });

  it('refuses brotli and deflate', async () => {
    const body = brotliCompressSync(JSON.stringify(good));
    for (const encoding of ['br', 'deflate', 'gzip, gzip']) {
      const { status, json } = await running.ask(LOCATION, body, { 'content-encoding': encoding });
      expect([status, json.code]).toEqual([415, 'MEDIA_TYPE']);
    }
  });

  it('takes gzip', async () => {
    const body = gzipSync(JSON.stringify(good));
    const { status } = await running.ask(LOCATION, body, { 'content-encoding': 'gzip' });
    expect(status).toBeLessThan(300);
  });

  it('takes gzip in any case, and by its old name', async () => {
    const body = gzipSync(JSON.stringify(good));
    for (const encoding of ['GZip', 'x-gzip'])
      expect((await running.ask(LOCATION, body, { 'content-encoding': encoding })).status).toBeLessThan(300);
  });

  it('says to programs too what it takes instead', async () => {
    const ofType = await running.ask(LOCATION, '<a/>', { 'content-type': 'text/xml' });
    expect(ofType.headers.get('accept')).toBe('application/json');
    const ofCoding = await running.ask(LOCATION, good, { 'content-encoding': 'br' });
    expect(ofCoding.headers.get('accept-encoding')).toBe('gzip');
  });

  it('says of a CloudEvent in binary mode, which SDKs may begin with, that it is one', async () => {
    const data = { documentId: 'GR-1', location: 'a', lines: [{ sku: 'MUG', quantity: 1 }] };
    const attributes = { type: 'stock.received', source: 'wms', time: '2026-11-01T08:00:00Z' };
    const asHeaders = Object.fromEntries(Object.entries(attributes).map(([name, is]) => [`ce-${name}`, is]));
    const headers = { ...asHeaders, 'ce-specversion': '1.0', 'ce-id': 'r-1' };
    const binary = await running.ask('POST /v1/events', data, headers);
    expect([binary.status, binary.json.code]).toEqual([415, 'MEDIA_TYPE']);
    expect(binary.json.detail).toContain('binary mode');

    const whole = { specversion: '1.0', id: 'r-1', ...attributes, data };
    const structured = { ...headers, 'content-type': 'application/cloudevents+json; charset=utf-8' };
    expect((await running.ask('POST /v1/events', whole, structured)).json.code).toBe('UNKNOWN_SOURCE');
  });

  it('says so where gzip ends too early', async () => {
    const cut = gzipSync(JSON.stringify(good)).subarray(0, -6);
    const { json } = await running.ask(LOCATION, cut, { 'content-encoding': 'gzip' });
    expect(json).toMatchObject({ code: 'MEDIA_TYPE', detail: expect.stringContaining('incomplete') });
  });

  it('says so where gzip is none', async () => {
    const { status, json } = await running.ask(LOCATION, JSON.stringify(good), {
      'content-encoding': 'gzip',
    });
    expect([status, json.code]).toEqual([415, 'MEDIA_TYPE']);
  });
});

describe('how large it is', () => {
  const large = `{"kind":"store","name":"${'x'.repeat(5 * 1024 * 1024)}"}`;
  /** More than what a socket holds on the way. */
  const WHOLE = 'x'.repeat(24 * 1024 * 1024);

  it('refuses a body over 4 MB that says so', async () => {
    const { status, json } = await running.ask(LOCATION, large);
    expect([status, json.code]).toEqual([413, 'MESSAGE_TOO_LARGE']);
  });

  it.each([
    ['of a length that it says', `Content-Length: ${WHOLE.length}`, [WHOLE]],
    ['in chunks', 'Transfer-Encoding: chunked', [`${WHOLE.length.toString(16)}\r\n`, WHOLE, '\r\n0\r\n\r\n']],
  ])('tells so to whoever says all before he listens: a body %s', async (_, length, body) => {
    const socket = connect(Number(new URL(running.service.url).port), '127.0.0.1');
    const start = [`${LOCATION} HTTP/1.1`, 'Host: 127.0.0.1', 'Content-Type: application/json', length];
    await pipeline([`${start.join('\r\n')}\r\n\r\n`, ...body], socket, { end: false });

    const heard = await text(socket);
    expect(heard).toMatch(/^HTTP\/1.1 413 /);
    expect(heard).toContain('MESSAGE_TOO_LARGE');
    expect(heard.toLowerCase()).toContain('connection: close');
  });

  it('ends a bomb at the limit', async () => {
    const { status, json } = await running.ask(LOCATION, gzipSync(large), { 'content-encoding': 'gzip' });
    expect([status, json.code]).toEqual([413, 'MESSAGE_TOO_LARGE']);
  });

  it('ends an endless chunked body at the limit, and the connection with it', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const head = `${LOCATION} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const heard = await speakTo([head, ...Array.from({ length: 80 }, () => chunk)]);
    expect(heard).toContain('413');
    expect(heard).toContain('MESSAGE_TOO_LARGE');
    expect(heard.toLowerCase()).toContain('connection: close');
  });

  it('leaves a header of 64 kB to Node', async () => {
    const heard = await speakTo([
      `GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Big: ${'x'.repeat(70_000)}\r\n\r\n`,
    ]);
    expect(heard).toMatch(/^HTTP\/1.1 431/);
  });

  it('leaves smuggled lengths to Node', async () => {
    const heard = await speakTo([
      `${LOCATION} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ]);
    expect(heard).toMatch(/^HTTP\/1.1 400/);
  });
});

it('does not wait for a slow body', async () => {
  const impatient = await startService({ AUTH: 'off' }, { requestMsMax: 1_500 });
  const head = `${LOCATION} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n`;
  const heard = await speakTo([head, ...Array.from({ length: 90 }, () => ' ')], 100, impatient);
  expect(heard).toMatch(/^HTTP\/1.1 408/);
  expect(heard).toContain('REQUEST_TIMEOUT');
  await impatient.stop();
});

describe('the answer to what came too slowly', () => {
  let impatient: Running;
  beforeAll(async () => {
    impatient = await startService({ AUTH: 'off' }, { requestMsMax: 1_000 });
  });
  afterAll(() => impatient.stop());

  /** What was said of the request, whose last part never comes. */
  async function refused(...parts: string[]): Promise<{ instance: string; requestId: string }> {
    const [head = '', body = ''] = (await speakTo(parts, 50, impatient))
      .split(/(?=HTTP\/1\.1 )/)
      .at(-1)!
      .split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 408/);
    const { instance } = JSON.parse(body) as { instance: string };
    return { instance, requestId: /^X-Request-Id: (.*)$/m.exec(head)![1]!.trim() };
  }
  const headOf = (line: string, id: string): string =>
    `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-Id: ${id}\r\nContent-Type: application/json\r\n`;

  it.each([
    ['in the framework', LOCATION],
    ['on the lane of messages', 'POST /v1/events'],
  ])('names the request whose body never comes, %s', async (_, line) => {
    const told = await refused(`${headOf(line, 'slow-1')}Content-Length: 100\r\n\r\n`, '{');
    expect(told).toEqual({ instance: 'slow-1', requestId: 'slow-1' });
  });

  it('names no request that was answered before on the same connection', async () => {
    const first = `${headOf('GET /v1/locations', 'quick')}\r\n`;
    const told = await refused(first + headOf(LOCATION, 'slow-2'));
    expect(told.instance).toBe(told.requestId);
    expect(told.instance).not.toMatch(/quick|slow/);
  });
});

describe('what is in it', () => {
  it.each([
    ['nothing', '', 'EMPTY_PAYLOAD'],
    ['no JSON', '{', 'INVALID_JSON'],
    ['more after it', '{} x', 'INVALID_JSON'],
    ['an array', '[]', 'OBJECT_REQUIRED'],
    ['null', 'null', 'OBJECT_REQUIRED'],
    ['a key twice', '{"kind":"store","kind":"store"}', 'DUPLICATE_KEY'],
    ['a forbidden key', '{"kind":"store","__proto__":{}}', 'FORBIDDEN_KEY'],
    ['a forbidden key in disguise', '{"kind":"store","\\u005f_proto__":{}}', 'FORBIDDEN_KEY'],
    ['too deep', `{"kind":${'['.repeat(40)}${']'.repeat(40)}}`, 'NESTING_TOO_DEEP'],
    ['an unknown field', '{"kind":"store","version":3}', 'UNKNOWN_FIELD'],
    ['an unknown value', '{"kind":"cellar"}', 'VALUE_UNKNOWN'],
    ['a missing field', '{}', 'MISSING_FIELD'],
    ['another type', '{"kind":"store","active":"yes"}', 'WRONG_TYPE'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'INVALID_UTF8'],
  ])('refuses %s', async (_, body, code) => {
    const { status, json, headers } = await running.ask(LOCATION, body);
    expect([status, json.code]).toEqual([400, code]);
    expect(json.type).toBe(`urn:onhand:error:${code}`);
    expect(json.instance).toBe(headers.get('x-request-id'));
    expect(headers.get('content-type')).toBe('application/problem+json');
  });

  it('tells everything that is wrong at once, with the nearest name', async () => {
    const { json } = await running.ask(LOCATION, { knd: 'store', active: 1 });
    expect(json.errors).toMatchObject([
      { code: 'UNKNOWN_FIELD', pointer: '/knd', hint: 'did you mean "kind"?' },
      { code: 'MISSING_FIELD', pointer: '/kind' },
      { code: 'WRONG_TYPE', pointer: '/active' },
    ]);
  });

  it('shows no value longer than 80 characters', async () => {
    const { text } = await running.ask(LOCATION, { kind: 'x'.repeat(1_000) });
    expect(text).not.toContain('x'.repeat(81));
  });

  it.each([
    ['PUT /v1/channels/long/listings/L', { sku: 'x'.repeat(120) }],
    ['PUT /v1/items/LONG', { components: [{ sku: 'x'.repeat(120), quantity: 1 }] }],
    [`PUT /v1/policies/item:${'x'.repeat(120)}`, { buffer: 1 }],
    [`PUT /v1/policies/${'x'.repeat(120)}`, { buffer: 1 }],
  ])('shows no name of what is not there that is longer: %s', async (line, body) => {
    await running.ask('PUT /v1/channels/long', { kind: 'storefront', locations: [] });
    const { status, text } = await running.ask(line, body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).toContain('xxx');
    expect(text).not.toContain('x'.repeat(81));
  });

  it('poisons nothing', async () => {
    await running.ask(LOCATION, '{"constructor":{"prototype":{"polluted":1}}}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('paths', () => {
  it.each([
    ['GET /v1/locations/%zz', 400, 'INVALID_PARAMETER'],
    ['GET /v1/locations/', 400, 'ID_EMPTY'],
    ['GET /v1/locations/UPPER', 400, 'ID_INVALID_CHAR'],
    [`GET /v1/locations/${'a'.repeat(64)}`, 400, 'ID_TOO_LONG'],
    ['PUT /v1/items/%00', 400, 'SKU_INVALID_CHAR'],
    ['PUT /v1/items/a%E2%80%AEb', 400, 'SKU_INVALID_CHAR'],
    ['PUT /v1/items/%2e%2e%2f', 400, 'SKU_INVALID_CHAR'],
    ['PUT /v1/items/%20', 400, 'SKU_EMPTY'],
    [`PUT /v1/items/${'a'.repeat(129)}`, 400, 'SKU_TOO_LONG'],
    [`PUT /v1/items/${'a'.repeat(4096)}`, 400, 'SKU_TOO_LONG'],
    ['GET /v1/policies/nowhere', 400, 'SCOPE_INVALID'],
    ['GET /v1/policies/item:', 400, 'SCOPE_INVALID'],
    ['GET /v1/policies/listing:web', 400, 'SCOPE_INVALID'],
    ['GET /nowhere', 404, 'NOT_FOUND'],
    ['GET /v1/locations/a/b', 404, 'NOT_FOUND'],
    ['GET /v1/status/', 404, 'NOT_FOUND'],
    ['DELETE /v1/locations/a', 405, 'METHOD_NOT_ALLOWED'],
    ['OPTIONS /v1/locations', 405, 'METHOD_NOT_ALLOWED'],
    ['PATCH /v1/status', 405, 'METHOD_NOT_ALLOWED'],
  ])('%s is %d %s', async (line, status, code) => {
    const body = line.startsWith('PUT') ? {} : undefined;
    const answer = await running.ask(line, body);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it('says that a slash at its end is too much, and leads from it to the documentation', async () => {
    const { json } = await running.ask('POST /v1/events/', good);
    expect(json.detail).toBe('No path ends with a slash. Use /v1/events.');
    expect((await running.ask('GET /docs/')).text).toBe((await running.ask('GET /docs')).text);
  });

  it('says which methods a path takes', async () => {
    expect((await running.ask('DELETE /v1/locations/a')).headers.get('allow')).toBe('GET, HEAD, PUT');
  });

  it('answers TRACE like any method that is not there', async () => {
    const heard = await speakTo([
      'TRACE /v1/locations HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
    ]);
    expect(heard).toMatch(/^HTTP\/1.1 405/);
    expect(heard).toContain('METHOD_NOT_ALLOWED');
  });

  it('knows no other method than the real one', async () => {
    const { status } = await running.ask('POST /v1/locations/a', good, { 'x-http-method-override': 'PUT' });
    expect(status).toBe(405);
  });
});

describe('parameters', () => {
  it.each([
    'limit=0',
    'limit=-1',
    'limit=1001',
    'limit=1e9',
    'limit=1e2',
    'limit=NaN',
    'limit=',
    'limit=%201',
    'limit=0x10',
    'limit[]=1',
    'limit=1&limit=2',
    'atLeast=-1',
    'atLeast=9007199254740993',
    'unknown=1',
    '__proto__=1',
  ])('refuses ?%s', async (query) => {
    const { status, json } = await running.ask(`GET /v1/locations?${query}`);
    expect([status, json.code]).toEqual([400, 'INVALID_PARAMETER']);
  });

  it('waits for a position, and says when it does not come', async () => {
    const { json } = await running.ask(LOCATION, good);
    expect((await running.ask(`GET /v1/locations/a?atLeast=${json.position}`)).status).toBe(200);
    const never = await running.ask(`GET /v1/locations/a?${NEVER}`);
    expect([never.status, never.json.code]).toEqual([503, 'NOT_YET']);
    expect(Number(never.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('waits in every read that takes a position, before it says that something is not there', async () => {
    const { json } = await running.ask('GET /openapi.json');
    const taking = Object.entries<any>(json.paths).filter(([, { get }]) =>
      get?.parameters?.some(({ name }: { name: string }) => name === 'atLeast'),
    );
    expect(taking.length).toBeGreaterThan(20);
    const answers = taking.map(async ([path]) => {
      const nowhere = path.replace('{scope}', 'global').replaceAll(/\{\w+\}/g, 'nowhere');
      return [path, (await running.ask(`GET ${nowhere}?${NEVER}`)).json.code];
    });
    expect(await Promise.all(answers)).toEqual(taking.map(([path]) => [path, 'NOT_YET']));
  });
});

describe('headers', () => {
  it('says nothing that is to be run, framed, guessed at or kept', async () => {
    const { headers } = await running.ask('GET /v1/locations');
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    });
    for (const name of ['server', 'x-powered-by', 'access-control-allow-origin']) {
      expect(headers.get(name)).toBeNull();
    }
  });

  it('takes a harmless request id and no other', async () => {
    const idOf = async (id: string): Promise<string | null> =>
      (await running.ask('GET /v1/locations', undefined, { 'x-request-id': id })).headers.get('x-request-id');
    expect(await idOf('abc-1')).toBe('abc-1');
    expect(await idOf('a b')).not.toBe('a b');
    expect(await idOf('x'.repeat(65))).not.toContain('xx');
  });

  it.each(['cross-site', 'same-site'])('refuses a page of another site (%s)', async (site) => {
    const { status, json } = await running.ask('GET /v1/locations', undefined, { 'sec-fetch-site': site });
    expect([status, json.code]).toEqual([403, 'CROSS_SITE']);
  });

  it.each(['same-origin', 'none'])('answers its own page, and who typed the address (%s)', async (site) => {
    const { status } = await running.ask('GET /v1/locations', undefined, { 'sec-fetch-site': site });
    expect(status).toBe(200);
  });

  it('refuses a name that only points here, where no key protects', async () => {
    const heard = await speakTo([
      'GET /v1/locations HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    ]);
    expect(heard).toMatch(/^HTTP\/1.1 403/);
  });
});

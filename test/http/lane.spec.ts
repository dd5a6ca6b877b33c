import type { Arrival } from '#inventory';
import type { Bringer } from '#journal';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { silentLog } from '../../src/log.ts';
import { Farewell } from '../../src/http/farewell.ts';
import { Gatekeeper } from '../../src/http/gatekeeper.ts';
import { MessageLane } from '../../src/http/message-lane.ts';
import { ProblemFilter } from '../../src/http/problem-filter.ts';
import { RateLimit } from '../../src/http/rate-limit.ts';
import { RequestIds } from '../../src/http/request-id.ts';
import { RouteTable } from '../../src/http/route-table.ts';
import { Traffic } from '../../src/http/traffic.ts';
import { until } from '../fixtures/waiting.ts';
import { speak } from '../rows/speak.ts';
import { type Answer, type Running, startService } from './harness.ts';

const sale = (id: string, more: object = {}): object => ({
  ...{ id, source: 'pos', type: 'sale.completed', time: '2026-11-01T08:00:00Z' },
  data: { saleId: `s-${id}`, location: 'east', lines: [{ sku: 'A', quantity: 1 }] },
  ...more,
});

describe('the lane and the framework', () => {
  let running: Running;
  const keys: Record<string, string> = {};
  beforeAll(async () => {
    running = await startService({ AUTH: 'keys' }, { rate: { perSecond: 1e-3, burst: 300 } });
    const { ask, service } = running;
    const secret = (await import('node:fs')).readFileSync(`${running.directory}/service.json`, 'utf8');
    const home = { authorization: `Bearer ${(JSON.parse(secret) as { secret: string }).secret}` };
    await ask('PUT /v1/locations/east', { kind: 'store' }, home);
    for (const pos of ['pos', 'kiosk']) await ask(`PUT /v1/channels/${pos}`, { kind: 'pos' }, home);
    await ask('PUT /v1/items/A', {}, home);
    const { keyDesk } = service.onhand.rooms;
    for (const [name, owner] of [
      ['pos', { channel: 'pos' }],
      ['analyst', { role: 'analyst' }],
      ['hasty', { channel: 'kiosk' }],
    ] as const) {
      const made = await keyDesk.create(owner);
      keys[name] = `Bearer ${'key' in made ? made.key : ''}`;
    }
  });
  afterAll(() => running.stop());

  /** The same request the short way and, by a query that says nothing, the long one. */
  async function bothWays(body: string, headers: Readonly<Record<string, string>>): Promise<Answer[]> {
    const asked = { 'x-request-id': 'twice', ...headers };
    return [
      await running.ask('POST /v1/events', body, asked),
      await running.ask('POST /v1/events?', body, asked),
    ];
  }

  /** What two answers to the same must have in common. */
  const seen = ({ status, headers, text }: Answer): object => ({
    status,
    text: text.replace(/"(position|recordedAt)":("[^"]*"|\d+)/g, ''),
    headers: Object.fromEntries(
      [...headers]
        .filter(([name]) => name !== 'date' && name !== 'content-length')
        // A second may go by between the two.
        .map(([name, value]) => [name, name === 'retry-after' ? Number(value) > 0 : value]),
    ),
  });

  it.each([
    ['a message that was told before', () => JSON.stringify(sale('known')), {}],
    ['many', () => JSON.stringify([sale('known'), sale('x', { source: 'nobody' }), { id: 'y' }]), {}],
    ['many of none', () => '[]', {}],
    ['what is wrong', () => JSON.stringify(sale('w', { time: 'soon', data: { lines: 1 } })), {}],
    ['what is another channel’s', () => JSON.stringify(sale('o', { source: 'kiosk' })), {}],
    ['no JSON', () => '{"id":', {}],
    ['nothing but spaces', () => '  ', {}],
    [
      'bytes that are no UTF-8',
      () => 'latin: \u00ff',
      { 'content-type': 'application/json; charset=latin1' },
    ],
    ['another content type', () => JSON.stringify(sale('t')), { 'content-type': 'text/plain' }],
    ['a batch that is none', () => '{}', { 'content-type': 'application/cloudevents-batch+json' }],
    ['an unknown encoding', () => '{}', { 'content-encoding': 'br' }],
    ['a wrong key', () => '{}', { authorization: 'Bearer oh_0000' }],
    ['no key', () => '{}', { authorization: '' }],
    ['a page of another site', () => '{}', { 'sec-fetch-site': 'cross-site' }],
  ])('answer the same to %s', async (_, body, headers) => {
    const pos = { authorization: keys['pos']! };
    await running.ask('POST /v1/events', sale('known'), pos);
    const [short, long] = await bothWays(body(), { ...pos, ...headers });
    expect(seen(short!)).toEqual(seen(long!));
  });

  it('answer the same to a first message', async () => {
    const pos = { authorization: keys['pos']!, 'x-request-id': 'twice' };
    const told = await Promise.all(
      ['', '?'].map((query) => running.ask(`POST /v1/events${query}`, sale(`first${query}`), pos)),
    );
    const [short, long] = told.map((answer) =>
      seen({ ...answer, text: answer.text.replace('first?', 'first') }),
    );
    expect(short).toEqual(long);
    expect(told[0]!.status).toBe(201);
  });

  it('answer the same to a key that may not', async () => {
    const [short, long] = await bothWays('{}', { authorization: keys['analyst']! });
    expect(short!.status).toBe(403);
    expect(seen(short!)).toEqual(seen(long!));
  });

  it('count into the same limit', async () => {
    const hasty = { authorization: keys['hasty']! };
    const ask = (i: number) => running.ask(`POST /v1/events${i % 2 === 0 ? '' : '?'}`, '{}', hasty);
    for (let i = 0; i < 300; i += 100) await Promise.all(Array.from({ length: 100 }, (_, j) => ask(i + j)));
    const [short, long] = await bothWays('{}', hasty);
    expect([short!.status, short!.json.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect(seen(short!)).toEqual(seen(long!));
  });

  it('count into the same metrics', async () => {
    const { text } = await running.ask('GET /metrics', undefined, { authorization: keys['analyst']! });
    const counts =
      text.match(/onhand_http_request_duration_seconds_count\{route="POST \/v1\/events".*/g) ?? [];
    expect(counts).toHaveLength(2); // 2xx and 4xx, each whichever way it came.
  });
});

describe('the lane', () => {
  const told: { by: string | undefined; ids: string[] }[] = [];
  let fault: Error | undefined;
  /** The journal is so long about what `pos` tells. */
  let hold: PromiseWithResolvers<void> | undefined;
  const accept = async (arrivals: readonly Arrival[], by: Bringer) => {
    const ids = arrivals.map((each) => ('message' in each ? each.message.id : 'refused'));
    told.push({ by: by.identity, ids });
    if (by.identity === 'pos') await hold?.promise;
    if (fault !== undefined) throw fault;
    return ids.map((id, position) => ({
      outcome: 'accepted' as const,
      source: 'pos',
      id,
      position,
      recordedAt: 0,
    }));
  };
  const gatekeeper = new Gatekeeper({
    auth: 'keys',
    answersAll: true,
    serviceSecret: 'ohs_none',
    authenticate: (name) => ({ kind: 'channel', name, keyId: name }),
    rate: new RateLimit(),
  });
  const farewell = new Farewell();
  const traffic = new Traffic(() => undefined);
  const lane = new MessageLane({
    clock: { now: () => Date.parse('2026-11-02T00:00:00Z') },
    accept,
    onAnswered: () => undefined,
    gatekeeper,
    farewell,
    filter: new ProblemFilter(silentLog(), new RouteTable()),
    requestIds: new RequestIds(),
  });
  const door = { access: 'tell', body: 'messages', does: '', answers: {} } as const;
  lane.open({ door, seen: traffic.watch('POST /v1/events', door) });
  const server = createServer((request, response) => {
    if (!lane.takes(request, response)) response.writeHead(299).end();
  });
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => void server.close());
  beforeEach(() => {
    told.length = 0;
    fault = undefined;
    hold = undefined;
  });

  const asked = (key: string, body: object, last = false): string => {
    const text = JSON.stringify(body);
    const head = `host: 127.0.0.1\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`;
    const end = last ? 'connection: close\r\n' : '';
    return `POST /v1/events HTTP/1.1\r\n${head}${end}content-length: ${text.length}\r\n\r\n${text}`;
  };
  const statuses = (heard: string): string[] => [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map((m) => m[1]!);

  it('tells what comes in one turn in one call, and gives each its own answer', async () => {
    const heard = await speak(url, [
      asked('pos', sale('a')) + asked('pos', [sale('b'), sale('c')]) + asked('pos', sale('d'), true),
    ]);
    expect(told).toEqual([{ by: 'pos', ids: ['a', 'b', 'c', 'd'] }]);
    expect(statuses(heard)).toEqual(['201', '200', '201']);
    const ids = [...heard.matchAll(/"source":"pos","id":"(\w)"|"id":"(\w)"/g)].map((m) => m[1] ?? m[2]);
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps different tellers apart, and what is much by itself', async () => {
    const many = Array.from({ length: 64 }, (_, i) => sale(`m-${i}`));
    await speak(url, [
      asked('pos', sale('a')) + asked('web', sale('b')) + asked('pos', many) + asked('pos', sale('c'), true),
    ]);
    expect(told.map(({ by, ids }) => [by, ids.length])).toEqual([
      ['pos', 2],
      ['web', 1],
      ['pos', 64],
    ]);
  });

  it('tells a long body in slices, in order, and serves others between', async () => {
    const long = Array.from({ length: 900 }, (_, i) => sale(`l-${i}`, { subject: 's'.repeat(900) }));
    hold = Promise.withResolvers();
    const heard = speak(url, [asked('pos', long, true)]);
    await until(() => told.length > 0, 'its first slice was told');
    const other = await speak(url, [asked('web', sale('other'), true)]);
    expect(statuses(other)).toEqual(['201']);
    hold.resolve();
    const { results, counts } = JSON.parse((await heard).split('\r\n\r\n')[1]!) as {
      results: { id: string }[];
      counts: { accepted: number };
    };
    const ids = long.map((_, i) => `l-${i}`);
    expect(results.map(({ id }) => id)).toEqual(ids);
    expect(counts.accepted).toBe(ids.length);
    const slices = told.filter(({ by }) => by === 'pos');
    expect(slices.flatMap((slice) => slice.ids)).toEqual(ids);
    expect(slices.length).toBeGreaterThan(2);
  });

  it('refuses a long body that the journal fails to take, and serves the next', async () => {
    fault = new Error('a bug');
    const long = Array.from({ length: 600 }, (_, i) => sale(`f-${i}`, { subject: 's'.repeat(900) }));
    expect(statuses(await speak(url, [asked('pos', long, true)]))).toEqual(['500']);
    fault = undefined;
    expect(statuses(await speak(url, [asked('pos', sale('a'), true)]))).toEqual(['201']);
  });

  it('refuses all of a turn where the journal fails, and serves the next', async () => {
    fault = new Error('a bug');
    const heard = await speak(url, [asked('pos', sale('a')) + asked('pos', sale('b'), true)]);
    expect(statuses(heard)).toEqual(['500', '500']);
    fault = undefined;
    expect(statuses(await speak(url, [asked('pos', sale('a'), true)]))).toEqual(['201']);
  });

  it('waits for a body that comes in parts', async () => {
    const text = asked('pos', sale('slow'), true);
    const heard = await speak(url, [text.slice(0, 150), text.slice(150, 300), text.slice(300)], {
      pauseMs: 20,
    });
    expect(statuses(heard)).toEqual(['201']);
    expect(told).toEqual([{ by: 'pos', ids: ['slow'] }]);
  });

  it('forgets whoever goes before he has told all', async () => {
    const text = asked('pos', sale('gone'));
    const leave = (): Promise<void> => until(() => traffic.inside === 1, 'he is in');
    await speak(url, [text.slice(0, 200)], { leave });
    await until(() => traffic.inside === 0, 'nobody is in');
    expect(told).toEqual([]);
  });

  it('leaves to the framework what it does not know', async () => {
    const odd = [
      'GET /v1/events HTTP/1.1\r\nhost: a\r\n\r\n',
      'PUT /v1/events HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}',
      'POST /v1/events/ HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n',
      'POST /v1/events HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n',
      'POST /v1/events HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-encoding: gzip\r\n\r\n{}',
      'POST /v1/events HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ];
    expect(statuses(await speak(url, [odd.join('')]))).toEqual(Array(odd.length).fill('299'));
  });

  it('says that the connection closes once the farewell is said', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await farewell.say();
    socket.write(asked('pos', sale('late')));
    let heard = '';
    for await (const part of socket) heard += String(part);
    expect(heard.toLowerCase()).toContain('connection: close');
  });
});

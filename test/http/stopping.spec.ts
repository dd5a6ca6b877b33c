import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '../../src/log.ts';
import { until } from '../fixtures/waiting.ts';
import { askAt, startService } from './harness.ts';

const message = (i: number): object => ({
  id: `m-${i}`,
  source: 'wms',
  type: 'stock.received',
  time: '2026-11-01T08:00:00Z',
  data: { documentId: `d-${i}`, location: 'east', lines: [{ sku: 'A', quantity: 1 }] },
});

describe('a service that stops', () => {
  it('answers whoever is in, sends the others away, and keeps all it acknowledged', async () => {
    const running = await startService();
    const { service, directory, ask } = running;
    await ask('PUT /v1/locations/east', { kind: 'warehouse' });
    await ask('PUT /v1/sources/wms', { kind: 'warehouse' });
    const feed = await fetch(`${service.url}/v1/channels/nope/feed`).then((response) => response.status);
    expect(feed).toBe(404);
    const acknowledged = new Set<number>();
    const surprises: unknown[] = [];
    let isOver = false;
    const tellers = Array.from({ length: 8 }, async (_, teller) => {
      for (let i = teller; !isOver; i += 8) {
        try {
          const { status, headers } = await ask('POST /v1/events', message(i));
          if (status === 201) acknowledged.add(i);
          else if (status !== 503 || headers.get('retry-after') === null) surprises.push(status);
        } catch {
          return; // Nobody listens any more.
        }
      }
    });
    await until(() => acknowledged.size >= 50, 'they are at it');
    await service.stop();
    isOver = true;
    await Promise.all(tellers);
    expect(surprises).toEqual([]);
    expect(existsSync(join(directory, 'service.json'))).toBe(false);

    const again = await startService({ AUTH: 'off', DATA_DIR: directory });
    const told = [...acknowledged].slice(-1_000).map(message);
    const { json } = await again.ask('POST /v1/events', told);
    expect(json.counts).toMatchObject({ duplicate: told.length });
    await again.stop();
    await running.stop();
  });

  it('ends its feeds', async () => {
    const running = await startService();
    await running.ask('PUT /v1/channels/web', { kind: 'storefront' });
    const response = await fetch(`${running.service.url}/v1/channels/web/feed`);
    const ended = response.text();
    await running.stop();
    await expect(ended).resolves.toContain('retry:');
  });

  it('is no longer ready, and says where it is only while it runs', async () => {
    const running = await startService();
    const file = join(running.directory, 'service.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    running.service.onhand.beginStopping();
    const { status, json } = await running.ask('GET /health/ready');
    expect([status, json.status]).toEqual([503, 'error']);
    expect((await running.ask('GET /health/live')).status).toBe(200);
    await running.stop();
  });
});

it('notes once that it is not ready, and once that it is again, however often it is asked', async () => {
  const lines: { readonly level: number; readonly msg: string; readonly down?: object }[] = [];
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
  const running = await startService({ AUTH: 'off' }, { log });
  const door = { isReady: false, facts: { waits: 'for the test' } };
  running.service.onhand.doors.set('door', () => door);
  const ask = async (): Promise<number> => (await running.ask('GET /health/ready')).status;
  const before = lines.length;
  expect([await ask(), await ask(), await ask()]).toEqual([503, 503, 503]);
  door.isReady = true;
  expect([await ask(), await ask()]).toEqual([200, 200]);
  expect(lines.slice(before)).toMatchObject([
    { level: 40, msg: 'not ready', down: { door: { status: 'down', waits: 'for the test' } } },
    { level: 30, msg: 'ready again' },
  ]);
  await running.stop();
});

describe('limits by name', () => {
  it('a key that asks too often is told when to come back', async () => {
    const running = await startService({ AUTH: 'off' }, { rate: { perSecond: 1e-3, burst: 3 } });
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await running.ask('GET /v1/locations'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[3]!.json.code).toBe('TOO_MANY_REQUESTS');
    expect(Number(answers[3]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await running.ask('GET /health/live')).status).toBe(200);
    await running.stop();
  });

  it('the secret in the data directory lets its owner in', async () => {
    const running = await startService({ AUTH: 'keys' });
    const { url, secret } = JSON.parse(readFileSync(join(running.directory, 'service.json'), 'utf8'));
    expect((await askAt(url, { authorization: `Bearer ${secret}` })('GET /v1/status')).status).toBe(200);
    expect((await askAt(url, { authorization: `Bearer ${secret}x` })('GET /v1/status')).status).toBe(401);
    await running.stop();
  });
});

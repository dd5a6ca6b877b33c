import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { currentPicture } from './data-files.ts';
import { BadSettings, readSettings, type Settings } from './environment.ts';
import { runService } from './run-service.ts';
import { freePort } from '../test/fixtures/free-port.ts';
import { until } from '../test/fixtures/waiting.ts';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'onhand-run-'))));
afterEach(() => rmSync(directory, { recursive: true }));
const settings = (port: number): Settings =>
  readSettings({ DATA_DIR: directory, PORT: String(port), LOG_LEVEL: 'silent', AUTH: 'off' });

it('runs until it is told to stop, and says 0', async () => {
  const ending = new AbortController();
  const running = runService(settings(0), ending.signal);
  await until(() => existsSync(join(directory, 'service.json')), 'it runs');
  ending.abort();
  expect(await running).toBe(0);
});

it('stops while it catches up with a long log, and goes on from there at the next start', async () => {
  const picture = join(directory, currentPicture(directory));
  const run = async (told: readonly object[]): Promise<void> => {
    const ending = new AbortController();
    const running = runService(settings(0), ending.signal);
    const address = join(directory, 'service.json');
    await until(() => existsSync(address), 'it runs');
    const { url } = JSON.parse(readFileSync(address, 'utf8')) as { url: string };
    const headers = { 'content-type': 'application/json' };
    if (told.length > 0)
      await fetch(`${url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(told) });
    ending.abort();
    expect(await running).toBe(0);
  };
  await run(Array.from({ length: 1_000 }, (_, index) => ({ id: `m-${index}`, source: 'nobody' })));
  for (const end of ['', '-wal', '-shm']) rmSync(picture + end, { force: true });

  expect(await runService(settings(0), AbortSignal.abort())).toBe(0);
  const stoppedAt = positionOf(picture);
  expect(stoppedAt).toBeGreaterThan(0);
  await run([]);
  expect(positionOf(picture)).toBeGreaterThan(stoppedAt);
});

it('says how far it is to whoever asks while it catches up with a long log', async () => {
  const picture = join(directory, currentPicture(directory));
  const address = join(directory, 'service.json');
  const before = new AbortController();
  const first = runService(settings(0), before.signal);
  await until(() => existsSync(address), 'it runs');
  const { url } = JSON.parse(readFileSync(address, 'utf8')) as { url: string };
  for (let post = 0; post < 15; post++) {
    const told = Array.from({ length: 1_000 }, (_, index) => ({
      id: `m-${post}-${index}`,
      source: 'nobody',
    }));
    const headers = { 'content-type': 'application/json' };
    await fetch(`${url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(told) });
  }
  before.abort();
  await first;
  for (const end of ['', '-wal', '-shm']) rmSync(picture + end, { force: true });

  const port = await freePort();
  const ending = new AbortController();
  const running = runService(settings(port), ending.signal);
  const ask = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`).catch(() => ask(path));
  try {
    const [asked, ready, live] = [
      await ask('/v1/items'),
      await ask('/health/ready'),
      await ask('/health/live'),
    ];
    expect([asked.status, asked.headers.get('retry-after')]).toEqual([503, '5']);
    const detail: unknown = expect.stringMatching(
      /caught up with its log: it is at position \d+ of \d+ \(\d+ %/,
    );
    const problem = { code: 'NOT_YET', detail, errors: [{ code: 'NOT_YET', detail }] };
    expect(await asked.json()).toMatchObject(problem);
    expect(asked.headers.get('cache-control')).toBe('no-store');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ error: { picture: { status: 'down' } } });
    expect(live.status).toBe(200);
    await until(() => existsSync(address), 'it runs');
    expect((await ask('/v1/items')).status).toBe(200);
  } finally {
    ending.abort();
    expect(await running).toBe(0);
  }
});

it('ends where its picture cannot be used any more, and says 1; the next start is as if nothing had been', async () => {
  const running = runService(settings(0), new AbortController().signal);
  const address = join(directory, 'service.json');
  await until(() => existsSync(address), 'it runs');
  const { url } = JSON.parse(readFileSync(address, 'utf8')) as { url: string };
  spoil(join(directory, currentPicture(directory)));
  await fetch(`${url}/v1/items?limit=10`);
  expect(await running).toBe(1);
  expect(await runService(settings(0), AbortSignal.abort())).toBe(0);
});

it('says which address is taken, and leaves the data free', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
  );
  const failed = runService(settings(port), AbortSignal.abort());
  await expect(failed).rejects.toThrow(BadSettings);
  await expect(failed).rejects.toThrow(String(port));
  other.close();
  expect(await runService(settings(0), AbortSignal.abort())).toBe(0);
});

/** Takes all shelves out of a picture that is open elsewhere: nothing can be read or written there any more. */
function spoil(picture: string): void {
  const database = new DatabaseSync(picture);
  const shelves = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  for (const { name } of shelves) database.exec(`DROP TABLE ${String(name)}`);
  database.close();
}

function positionOf(picture: string): number {
  const database = new DatabaseSync(picture, { readOnly: true });
  const row = database.prepare('SELECT position FROM picture').get();
  database.close();
  return Number(row?.['position']);
}

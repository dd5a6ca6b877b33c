import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpService } from '../../src/http-service.ts';
import { readSettings } from '../../src/environment.ts';
import { commandLine, type Ended, NO_COMPLAINT } from '../fixtures/command-line.ts';
import { openShop } from '../fixtures/merchant.ts';
import { onHandOf } from '../fixtures/on-hand.ts';
import { until } from '../fixtures/waiting.ts';

/** The same words to a running service and to its data alone: the same answers. */

const folder = mkdtempSync(join(tmpdir(), 'onhand-cli-'));
const env = { DATA_DIR: join(folder, 'data') };
const path = (name: string): string => join(folder, name);
const settings = readSettings({ ...env, PORT: '0' });
let service: HttpService | undefined;
let adminKey = '';

beforeAll(async () => {
  service = await HttpService.start(settings);
  adminKey = (
    JSON.parse((await commandLine(['keys', 'create', '--role', 'admin', '--json'], env)).stdout) as {
      key: string;
    }
  ).key;
  await openShop({
    put: (line, body) => send('PUT', line, body),
    post: (line, body) => send('POST', line, body),
  });
  await send('POST', '/v1/events', [
    order('web', 'w-1', 'W-1', [{ sku: 'MUG-RED', quantity: 2 }]),
    order('market', 'm-1', 'A-1', [{ listing: 'NOBODY-KNOWS', quantity: 1 }]),
    { source: 'web', id: 'bad', type: 'order.placed', time: '2026-01-01T00:00:00Z', data: {} },
  ]);
  await untilAtRest();
});
afterAll(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true });
});

const order = (source: string, id: string, orderId: string, lines: object[]): object => ({
  source,
  id,
  type: 'order.placed',
  time: '2026-01-01T00:00:00Z',
  data: { orderId, lines },
});

async function send(method: string, line: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(service!.url + line, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminKey}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

async function untilAtRest(): Promise<void> {
  await until(async () => {
    const { head, posted, projected } = await service!.onhand.status();
    return posted === head && projected === head;
  }, 'at rest');
}

/** Ages are counted from the present. */
const withoutAges = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) => (key === 'age' ? undefined : value));

const READS: readonly (readonly string[])[] = [
  ['item', 'MUG-RED'],
  ['item', 'MUG-RED', '--as-of', '2026-01-02T00:00:00Z'],
  ['availability', 'web'],
  ['availability', 'market', 'M-1002'],
  ['explain', 'web', 'MUG-RED'],
  ['explain', 'market', 'M-1002'],
  ['timeline', 'MUG-RED'],
  ['parked'],
  ['rejected'],
  ['keys', 'list'],
  ['verify'],
  ['rebuild'],
];

describe('the command line', () => {
  const through = new Map<string, Ended>();
  const shown = new Map<string, Ended>();

  it('works through the service that runs on the data', async () => {
    expect(statSync(join(env.DATA_DIR, 'service.json')).mode & 0o777).toBe(0o600);
    for (const words of READS) {
      const told = await commandLine([...words, '--json'], env);
      expect({ words, exitCode: told.exitCode, stderr: told.stderr }).toEqual({
        words,
        exitCode: 0,
        stderr: NO_COMPLAINT,
      });
      through.set(words.join(' '), told);
      shown.set(words.join(' '), await commandLine(words, env));
    }
  });

  it('says the API to the letter', async () => {
    const api = await fetch(`${service!.url}/v1/items/MUG-RED`, {
      headers: { authorization: `Bearer ${adminKey}` },
    });
    expect(JSON.parse(through.get('item MUG-RED')!.stdout)).toEqual(await api.json());
  });

  it('shows people what is asked for, without a colour or an undefined word', () => {
    expect(shown.get('item MUG-RED')!.stdout).toMatch(/^MUG-RED {2}Mug, red\n56 on hand/);
    expect(shown.get('explain web MUG-RED')!.stdout).toContain('web MUG-RED may sell 54');
    expect(shown.get('explain market M-1002')!.stdout).toContain('TEAPOT');
    expect(shown.get('parked')!.stdout).toContain('LISTING_UNKNOWN');
    expect(shown.get('rejected')!.stdout).toContain('MISSING_FIELD');
    expect(shown.get('verify')!.stdout).toContain('Every promise is kept');
    for (const [words, { exitCode, stdout }] of shown) {
      expect([words, exitCode]).toEqual([words, 0]);
      expect([words, /undefined|NaN|\[object|\u001b/.exec(stdout)]).toEqual([words, null]);
    }
  });

  it('tells a problem in the same words', async () => {
    const { exitCode, stdout, stderr } = await commandLine(['item', 'NONE'], env);
    expect([exitCode, stdout]).toEqual([65, '']);
    expect(stderr).toMatch(/^onhand: ITEM_UNKNOWN: /);
  });

  it('exports and backs up a running service', async () => {
    const exported = await commandLine(['export', path('through.jsonl'), '--json'], env);
    expect(JSON.parse(exported.stdout)).toMatchObject({ messages: 5, path: path('through.jsonl') });
    const backup = await commandLine(['backup', path('backup.db'), '--json'], env);
    expect(JSON.parse(backup.stdout)).toMatchObject({
      path: path('backup.db'),
      bytes: statSync(path('backup.db')).size,
    });
  });

  it('restores the backup to a data directory that keeps every promise and holds the same', async () => {
    const restored = { DATA_DIR: path('restored') };
    expect((await commandLine(['restore', path('backup.db')], restored)).exitCode).toBe(0);
    const report = JSON.parse((await commandLine(['verify', '--json'], restored)).stdout) as { ok: boolean };
    expect(report.ok).toBe(true);
    const item = await commandLine(['item', 'MUG-RED', '--json'], restored);
    expect(item.stdout).toBe(through.get('item MUG-RED')!.stdout);
  });

  it('imports through the service, and again is only duplicates', async () => {
    const line = JSON.stringify({ ...order('web', 'w-2', 'W-2', [{ sku: 'BOWL', quantity: 1 }]) });
    writeFileSync(path('more.jsonl'), `${line}\n`);
    const first = await commandLine(['import', path('more.jsonl'), '--json'], env);
    expect(JSON.parse(first.stdout)).toMatchObject({ lines: { read: 1, posted: 1 }, proof: { holds: true } });
    const again = await commandLine(['import', path('more.jsonl'), '--json'], env);
    expect(JSON.parse(again.stdout)).toMatchObject({
      lines: { read: 1, duplicate: 1 },
      proof: { holds: true },
    });
  });

  it('lets no key name files of this machine, and nobody without one do anything', async () => {
    const post = (name: string, authorization?: string): Promise<Response> =>
      fetch(`${service!.url}/internal/commands/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify({ args: { file: '/etc/passwd', path: path('stolen') } }),
      });
    for (const name of ['import', 'backup'])
      expect((await post(name, `Bearer ${adminKey}`)).status).toBe(403);
    expect((await post('keys-list', `Bearer ${adminKey}`)).status).toBe(200);
    expect((await post('keys-list')).status).toBe(401);
    expect((await post('nothing', `Bearer ${adminKey}`)).status).toBe(404);
    expect((await post('constructor', `Bearer ${adminKey}`)).status).toBe(404);
  });

  it('says the same of the data alone', async () => {
    const lines = await commandLine(['export'], env);
    const before = await answersOf(SAME_READS);
    await service!.stop();
    service = undefined;
    expect(await answersOf(SAME_READS)).toEqual(before);
    expect((await commandLine(['export'], env)).stdout).toBe(lines.stdout);
    expect((await commandLine(['verify'], env)).exitCode).toBe(0);
    expect((await commandLine(['rebuild'], env)).exitCode).toBe(0);
  });

  const SAME_READS = READS.filter(([name]) => name !== 'verify' && name !== 'rebuild');

  async function answersOf(reads: typeof READS): Promise<readonly unknown[]> {
    const answers = [];
    for (const words of reads) {
      const { exitCode, stdout } = await commandLine([...words, '--json'], env);
      answers.push({ words, exitCode, answer: withoutAges(stdout) });
    }
    return answers;
  }
});

describe('a service file that a killed process left behind', () => {
  it('is not believed: neither by itself, nor where another service has taken the address', async () => {
    const leave = (url: string): void =>
      writeFileSync(join(env.DATA_DIR, 'service.json'), JSON.stringify({ url, secret: 'ohs_old', pid: 1 }));
    const another = await HttpService.start(
      readSettings({ DATA_DIR: path('another'), PORT: '0', AUTH: 'off' }),
    );
    leave(another.url);
    const made = await commandLine(['keys', 'create', '--role', 'analyst', '--json'], env);
    const { id } = JSON.parse(made.stdout) as { id: string };
    await another.stop();
    leave(another.url); // Where nobody listens any more.
    const listed = await commandLine(['keys', 'list', '--json'], env);
    expect(listed).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining(id) });
    expect(
      (await commandLine(['keys', 'list', '--json'], { DATA_DIR: path('another') })).stdout,
    ).not.toContain(id);
  });
});

describe('a service that hangs', () => {
  it('is not waited for', async () => {
    const hanging = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const { port } = hanging.address() as AddressInfo;
    const file = join(path('hung'), 'service.json');
    mkdirSync(path('hung'));
    writeFileSync(file, JSON.stringify({ url: `http://127.0.0.1:${port}`, secret: 'ohs_x', pid: 1 }));
    const ended = await commandLine(['item', 'MUG', '--json'], { DATA_DIR: path('hung') });
    expect(ended).toMatchObject({ exitCode: 69, stderr: expect.stringContaining('does not answer') });
    hanging.close();
    hanging.closeAllConnections();
  });
});

describe('an export', () => {
  it('told to another OnHand makes the same stock, and is only duplicates where it came from', async () => {
    const { stdout } = await commandLine(['export'], env);
    writeFileSync(path('all.jsonl'), stdout);
    const back = await commandLine(['import', path('all.jsonl'), '--json'], env);
    expect(JSON.parse(back.stdout)).toMatchObject({ lines: { read: 6, duplicate: 6 } });
    const other = { DATA_DIR: path('other') };
    const started = await HttpService.start(readSettings({ ...other, PORT: '0', AUTH: 'off' }));
    const to = (method: string) => async (line: string, body: unknown) => {
      const response = await fetch(started.url + line, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    };
    await openShop({ put: to('PUT'), post: to('POST') }, { withStock: false });
    await started.stop();
    const told = await commandLine(['import', path('all.jsonl'), '--json'], other);
    expect(JSON.parse(told.stdout)).toMatchObject({ lines: { read: 6, posted: 5, parked: 1 } });
    expect(await onHandOf(other)).toEqual(await onHandOf(env));
    expect(readFileSync(path('through.jsonl'), 'utf8').trim().split('\n')).toHaveLength(5);
  });
});

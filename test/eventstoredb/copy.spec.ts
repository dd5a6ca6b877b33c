import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLine, commandLineDone, NO_COMPLAINT } from '../fixtures/command-line.ts';
import { retailFile } from '../fixtures/retail-rows.ts';
import { StoreServer } from '../fixtures/store-server.ts';
import { pause, Service } from '../e2e/service.ts';

jest.setTimeout(300_000);

const ROWS = 2_000;
/** A few pages of what is copied into a file. */
const SOME_BYTES = 200_000;
const ONHAND = new URL('../tools/onhand.js', import.meta.url).pathname;

const folder = mkdtempSync(join(tmpdir(), 'onhand-copy-'));
const here = join(folder, 'here');
const back = join(folder, 'back');
let server: StoreServer;

beforeAll(async () => {
  server = await StoreServer.start();
});
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});

interface Seen {
  readonly items: unknown;
  readonly numbers: unknown;
  readonly next: string;
  readonly head: number;
}

/** Cursors are sealed by whose they are; receipts are written while a service ends. */
const ANY = { next: '', head: 0 };

/** What a client sees: all of it must be as before, wherever the log is. */
async function look(service: Service): Promise<Seen> {
  const { body: page } = await service.get('/v1/items?limit=20');
  const { body: numbers } = await service.get('/v1/channels/web/availability?limit=1000');
  const { body: status } = await service.get('/v1/status');
  return { items: page.items, next: page.next, numbers: numbers.items, head: status.head };
}

const copy = (from: string, to: string) =>
  commandLineDone(['copy', '--from', from, '--to', to, '--json'], {});

/** Kills the copy as soon as some of it is there; false where all of it was, before that was seen. */
async function isKilledHalfWay(from: string, to: string, isSomeThere: () => boolean): Promise<boolean> {
  const words = ['--conditions=source', ONHAND, 'copy', '--from', from, '--to', to];
  const child = spawn(process.execPath, words, { env: { PATH: process.env.PATH }, stdio: 'ignore' });
  const ended = once(child, 'close');
  while (!isSomeThere() && child.exitCode === null) await pause(1);
  child.kill('SIGKILL');
  const [code, signal] = await ended;
  expect([
    [null, 'SIGKILL'],
    [0, null],
  ]).toContainEqual([code, signal]);
  return code === null;
}

describe('a log that moves', () => {
  let before: Seen;
  let after: Seen;

  it('begins with sales, a channel and a policy', async () => {
    const made = join(folder, 'sales.csv');
    writeFileSync(made, retailFile(ROWS).csv);
    const imported = await commandLine(['import', made, '--mapping', 'online-retail'], { DATA_DIR: here });
    expect(imported.exitCode).toBe(0);
    const service = await Service.startIn(here, { EVENT_STORE: 'sqlite' });
    await service.put('/v1/channels/web', { kind: 'storefront', locations: [], lists: 'all' });
    await service.put('/v1/policies/global', { buffer: 2 });
    await service.settle();
    before = await look(service);
    expect(before.next).toEqual(expect.any(String));
    await service.end('SIGTERM');
  });

  it('goes to a server, killed on the way, and has the same hash there', async () => {
    const isSomeThere = (): boolean => server.has('BlockCopied');
    while (
      !(await isKilledHalfWay(`sqlite:${here}`, server.url, isSomeThere)) ||
      server.has('CopyFinished')
    ) {
      server.stop();
      server = await StoreServer.start();
    }
    const early = await commandLine(['item', 'X'], { DATA_DIR: join(folder, 'x'), EVENT_STORE: server.url });
    expect(early).toMatchObject({ exitCode: 78, stderr: expect.stringContaining('onhand copy') });

    const { exitCode, stdout, stderr } = await copy(`sqlite:${here}`, server.url);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: NO_COMPLAINT });
    const { same, hashes } = JSON.parse(stdout);
    expect([same, hashes[0]]).toEqual([true, hashes[1]]);
    const again = await copy(`sqlite:${here}`, server.url);
    expect(JSON.parse(again.stdout).hashes).toEqual(hashes);
  });

  it('keeps every number, version and place there, and goes on from them', async () => {
    const service = await Service.start({ EVENT_STORE: server.url });
    try {
      const there = await look(service);
      expect({ ...there, ...ANY }).toEqual({ ...before, ...ANY });
      const { body } = await service.put('/v1/policies/global', { buffer: 3 });
      expect(body.position).toBeGreaterThan(before.head);
      await service.settle();
      const feed = await fetch(`${service.url}/v1/channels/web/feed?after=0`);
      expect(feed.status).toBe(200);
      await feed.body?.cancel();
      const verified = await commandLineDone(['verify', '--json'], service.env);
      expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
      after = await look(service);
      expect(after.head).toBeGreaterThan(before.head);
    } finally {
      await service.stop();
    }
  });

  it('comes back to a file, killed on the way, with everything in it', async () => {
    const copying = join(back, 'events.copying.db-wal');
    const isSomeThere = (): boolean => existsSync(copying) && statSync(copying).size > SOME_BYTES;
    const isWhole = (): boolean => existsSync(join(back, 'events.db'));
    while (!(await isKilledHalfWay(server.url, `sqlite:${back}`, isSomeThere)) || isWhole())
      rmSync(back, { recursive: true });
    const { exitCode, stdout } = await copy(server.url, `sqlite:${back}`);
    expect([exitCode, JSON.parse(stdout).same]).toEqual([0, true]);
    expect(existsSync(join(back, 'events.db'))).toBe(true);
    const service = await Service.startIn(back, { EVENT_STORE: 'sqlite' });
    try {
      expect({ ...(await look(service)), ...ANY }).toEqual({ ...after, ...ANY });
      const { body } = await service.put('/v1/policies/global', { buffer: 4 });
      expect(body.position).toBeGreaterThan(after.head);
      await service.settle();
      const verified = await commandLineDone(['verify', '--json'], service.env);
      expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
    } finally {
      await service.end('SIGTERM');
    }
  });

  it('is not mixed into another one, and comes only from a log and goes only to one', async () => {
    const other = await StoreServer.start();
    try {
      await commandLine(['keys', 'create', '--role', 'admin'], {
        DATA_DIR: join(folder, 'x'),
        EVENT_STORE: other.url,
      });
      const mixed = await copy(`sqlite:${here}`, other.url);
      expect(mixed).toMatchObject({ exitCode: 65, stderr: expect.stringContaining('TARGET_DIFFERS') });
    } finally {
      other.stop();
    }
    expect(await copy('postgres://x', server.url)).toMatchObject({ exitCode: 64 });
    expect(await copy(`sqlite:${join(folder, 'nothing')}`, server.url)).toMatchObject({ exitCode: 65 });
  });
});

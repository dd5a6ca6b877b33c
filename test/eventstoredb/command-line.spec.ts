import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLine, commandLineDone, type Ended } from '../fixtures/command-line.ts';
import { onHandOf } from '../fixtures/on-hand.ts';
import { retailFile } from '../fixtures/retail-rows.ts';
import { StoreServer } from '../fixtures/store-server.ts';
import { sumOnlineRetail } from '../tools/online-retail-sum.ts';

/** A slice: enough for many pages of the log. */
const ROWS = 2_000;

const folder = mkdtempSync(join(tmpdir(), 'onhand-esdb-'));
let server: StoreServer;
/** One setting more than on one machine. */
const envOf = (name: string): NodeJS.ProcessEnv => ({
  DATA_DIR: join(folder, name),
  EVENT_STORE: server.url,
  PORT: '0',
});
const json = ({ exitCode, stdout, stderr }: Ended): unknown => {
  expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0 });
  return JSON.parse(stdout);
};

beforeEach(async () => {
  server = await StoreServer.start();
});
afterEach(() => server.stop());
afterAll(() => rmSync(folder, { recursive: true }));

it('the day of the demo adds up, and is not played into a log that is in use', async () => {
  const ended = json(await commandLine(['demo', '--exit', '--fast', '--json'], envOf('demo')));
  expect(ended).toMatchObject({ holds: true });
  const again = await commandLine(['demo', '--exit', '--fast'], envOf('demo'));
  expect(again).toMatchObject({ exitCode: 65, stderr: expect.stringContaining('LOG_NOT_EMPTY') });
});

it('a file counts once, whichever machine imports it; all commands work there but backup and restore', async () => {
  const made = retailFile(ROWS);
  const file = join(folder, 'sales.csv');
  writeFileSync(file, made.csv);
  const sum = sumOnlineRetail(file);
  const words = ['import', file, '--mapping', 'online-retail', '--json'];
  expect(json(await commandLineDone(words, envOf('one')))).toMatchObject({ proof: { holds: true } });

  // From another machine: only the log is shared.
  const second = json(await commandLineDone(words, envOf('two')));
  expect(second).toMatchObject({ messages: { accepted: 0, parked: 0, rejected: 0 }, proof: { holds: true } });
  expect(Object.fromEntries(await onHandOf(envOf('two')))).toEqual(sum.onHand);

  expect(json(await commandLineDone(['verify', '--json'], envOf('one')))).toMatchObject({ ok: true });
  expect(json(await commandLineDone(['rebuild', '--json'], envOf('one')))).toMatchObject({ wasRight: true });
  const told = await commandLineDone(['export', '--json'], envOf('one'));
  expect(told.stdout.split('\n').filter((line) => line.startsWith('{')).length).toBe(
    sum.messages + Math.ceil(sum.openingLines / 1_000),
  );
  const [sku] = Object.keys(sum.onHand);
  expect(json(await commandLineDone(['timeline', sku!, '--json'], envOf('one')))).toMatchObject({
    items: expect.any(Array),
  });
  const backup = await commandLine(['backup', join(folder, 'copy.db')], envOf('one'));
  expect(backup).toMatchObject({ exitCode: 65, stderr: expect.stringContaining('BACKUP_ELSEWHERE') });
  const restored = await commandLine(['restore', join(folder, 'copy.db')], envOf('new'));
  expect(restored).toMatchObject({ exitCode: 65, stderr: expect.stringContaining('onhand copy') });

  // All of the folder can be thrown away.
  expect(readdirSync(join(folder, 'one')).filter((name) => name.startsWith('events'))).toEqual([]);
  rmSync(join(folder, 'one'), { recursive: true });
  expect(Object.fromEntries(await onHandOf(envOf('one')))).toEqual(sum.onHand);
});

it('a picture of one log is not taken for that of another', async () => {
  const before = await onHandOf(envOf('shared'));
  expect(before.size).toBe(0);
  const there = readFileSync(join(folder, 'shared', 'log.identity'), 'utf8');

  const other = await StoreServer.start();
  try {
    await onHandOf({ ...envOf('shared'), EVENT_STORE: other.url });
    expect(readFileSync(join(folder, 'shared', 'log.identity'), 'utf8')).not.toBe(there);
    expect((await onHandOf({ DATA_DIR: join(folder, 'shared') })).size).toBe(0);
    expect(readFileSync(join(folder, 'shared', 'log.identity'), 'utf8')).toBe('sqlite');
  } finally {
    other.stop();
  }
});

it('a command says what keeps it from starting: nobody answers, or the address is wrong', async () => {
  const nobody = { ...envOf('nobody'), EVENT_STORE: 'esdb://127.0.0.1:1?tls=false' };
  const unreachable = await commandLine(['item', 'X'], nobody);
  expect(unreachable).toMatchObject({
    exitCode: 69,
    stderr: expect.stringMatching(/No event store answers/),
  });
  const misspelt = await commandLine(['item', 'X'], { ...envOf('x'), EVENT_STORE: 'esdb://u@h' });
  expect(misspelt).toMatchObject({ exitCode: 78, stderr: expect.stringMatching(/user:password/) });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ImportResult } from '../../src/cli/commands/import.ts';
import { commandLine, NO_COMPLAINT } from '../fixtures/command-line.ts';
import { onHandOf } from '../fixtures/on-hand.ts';
import { retailFile } from '../fixtures/retail-rows.ts';
import { sumOnlineRetail } from '../tools/online-retail-sum.ts';

/** The import of a merchant's file, on a slice of our own making: `test/tools/import-proof.ts` does the whole. */
const ROWS = 8_000;
/** A process that starts from its sources, and one that imports, on a busy machine. */
const SLOW_MS = 300_000;

const folder = mkdtempSync(join(tmpdir(), 'onhand-import-'));
afterAll(() => rmSync(folder, { recursive: true }));

const dataOf = (name: string): string => join(folder, name);
const envOf = (name: string): NodeJS.ProcessEnv => ({ DATA_DIR: dataOf(name) });

const made = retailFile(ROWS);
const file = join(folder, 'sales.csv.gz');
writeFileSync(file, gzipSync(made.csv));
const sum = sumOnlineRetail(file);
const words = ['import', file, '--mapping', 'online-retail'];
const posted = made.rows.returned + made.rows.adjusted + made.rows.completed;
const lines = {
  read: made.rows.all,
  posted,
  duplicate: 0,
  parked: 0,
  skipped: made.rows.skipped,
  rejected: 0,
};
/** The opening stock is told too. */
const messages = sum.messages + Math.ceil(sum.openingLines / 1_000);

async function imported(data: string, ...more: string[]): Promise<ImportResult> {
  const { exitCode, stdout, stderr } = await commandLine([...words, '--json', ...more], envOf(data));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: NO_COMPLAINT });
  return JSON.parse(stdout) as ImportResult;
}

it(
  'would tell every line, says a dry run, and stores nothing',
  async () => {
    const told = await imported('dry', '--dry-run');
    expect(told).toMatchObject({ dryRun: true, lines });
    expect(told.proof).toBeUndefined();
    expect((await onHandOf(envOf('dry'))).size).toBe(0);
  },
  SLOW_MS,
);

describe('a whole file', () => {
  it(
    'ends each line as exactly one thing, and proves that all is posted',
    async () => {
      expect(await imported('data')).toMatchObject({
        lines,
        skippedBy: { 'not-goods': made.rows.skipped },
        messages: { accepted: messages, duplicate: 0, parked: 0, rejected: 0 },
        proof: { holds: true, items: sum.skus, unbalanced: [] },
      });
    },
    SLOW_MS,
  );

  it('makes the stock that an independent sum makes', async () => {
    expect(Object.fromEntries(await onHandOf(envOf('data')))).toEqual(sum.onHand);
    for (const [sku, net] of made.net) expect(sum.onHand[sku]).toBe(net + (sum.opening[sku] ?? 0));
  });

  it(
    'is only duplicates the second time, and changes nothing',
    async () => {
      expect(await imported('data')).toMatchObject({
        lines: { ...lines, posted: 0, duplicate: posted },
        messages: { accepted: 0, duplicate: messages, parked: 0, rejected: 0 },
        proof: { holds: true },
      });
      expect(Object.fromEntries(await onHandOf(envOf('data')))).toEqual(sum.onHand);
    },
    SLOW_MS,
  );
});

it(
  'ends the same where it is killed (kill -9) half-way and run again',
  async () => {
    let again: ImportResult;
    do {
      rmSync(dataOf('killed'), { recursive: true, force: true });
      await killedHalfWay('killed');
      again = await imported('killed');
    } while (again.lines.posted === 0); // It was done before we saw that it had begun.
    expect(again.lines.duplicate).toBeGreaterThan(0);
    expect(again).toMatchObject({
      lines: { ...lines, posted: posted - again.lines.duplicate, duplicate: again.lines.duplicate },
      proof: { holds: true },
    });
    expect(Object.fromEntries(await onHandOf(envOf('killed')))).toEqual(sum.onHand);
  },
  SLOW_MS,
);

/** Kills a process that imports as soon as some of its messages are in its log. */
async function killedHalfWay(data: string): Promise<void> {
  const command = new URL('../tools/onhand.js', import.meta.url).pathname;
  const env = { PATH: process.env.PATH, ...envOf(data) };
  const child = spawn(process.execPath, ['--conditions=source', command, ...words], { env, stdio: 'ignore' });
  const ended = once(child, 'close');
  while (!hasMessages(data) && child.exitCode === null) await sleep(1);
  child.kill('SIGKILL');
  expect([
    [null, 'SIGKILL'],
    [0, null],
  ]).toContainEqual(await ended);
}

/** Reads beside the writer, who keeps nobody from reading. */
function hasMessages(data: string): boolean {
  const path = join(dataOf(data), 'events.db');
  if (!existsSync(path)) return false;
  const log = new DatabaseSync(path, { readOnly: true });
  try {
    return log.prepare("SELECT 1 FROM log WHERE type = 'SaleCompleted' LIMIT 1").get() !== undefined;
  } catch {
    return false; // It is just being made.
  } finally {
    log.close();
  }
}

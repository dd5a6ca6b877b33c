import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { VerifyReport } from '#history';
import { readSettings } from '../../environment.ts';
import { findService } from '../../service-file.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { CommandRefused } from '../problem.ts';
import type { DemoArgs } from '../program.ts';
import { runRemotely } from '../remote.ts';
import { Page } from '../terminal/page.ts';
import { wrap } from '../terminal/words.ts';
import { Client } from './client.ts';
import { playDay } from './day/day.ts';
import { type Check, proveTheDay } from './proof.ts';
import { type Running, startOnFreePort } from './running.ts';
import { Stage } from './stage.ts';

/** How long a scene stands before the next, where somebody watches. */
const PAUSE_MS = 900;

const COLUMNS = 100;
const DETAIL = ' '.repeat(9);

const CHANNELS = { web: 'online shop', market: 'marketplace', till: 'till' } as const;

/** Plays the day against a service of its own, proves that it adds up, and stays for a look. */
export async function performDemo(
  { args, json }: { readonly args: DemoArgs; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const folder = await Folder.choose(args.dir, readSettings(io.env).DATA_DIR);
  const page = new Page(json ? io.stderr : io.stdout, io.env);
  try {
    const running = await startOnFreePort({ env: io.env, dataDir: folder.path, port: args.port });
    try {
      return await play({ running, folder, page, args, json }, io);
    } finally {
      await running.stop();
    }
  } finally {
    await folder.remove();
  }
}

interface Scene {
  readonly running: Running;
  readonly folder: Folder;
  readonly page: Page;
  readonly args: DemoArgs;
  readonly json: boolean;
}

async function play({ running, folder, page, args, json }: Scene, io: Io): Promise<ExitCode> {
  const watched = io.stdout.isTTY === true && args.fast !== true && args.exit !== true;
  const stage = new Stage({
    client: new Client(running.url),
    page,
    channels: CHANNELS,
    pauseMs: watched ? PAUSE_MS : 0,
    signal: io.signal,
  });
  try {
    introduce(page, running.url);
    await playDay(stage, yesterday());
    const checks = [...(await proveTheDay(stage)), ...(await verifyStoredData(folder.path, io.signal))];
    showChecks(page, checks);
    const holds = checks.every((check) => check.holds);
    if (json) {
      const result = { url: running.url, messages: stage.facts.length, told: stage.heard, holds, checks };
      io.stdout.write(`${JSON.stringify(result)}\n`);
    }
    if (args.exit !== true) await stayForALook(page, { url: running.url, folder }, io.signal);
    return holds ? EXIT.done : EXIT.checkFailed;
  } finally {
    stage.close();
  }
}

function introduce(page: Page, url: string): void {
  page.line();
  page.line(
    `  ${page.paint('bold', 'OnHand')}  A day at Rosa's Kitchen, played against a real service on ${url}`,
  );
  page.line();
  page.line(
    '  Warehouses and channels tell OnHand what happened. OnHand works out what each channel may sell,',
  );
  page.line('  and tells it at once. "3 → 2" below is what a channel was told over its own live feed.');
}

/** The checks of `onhand verify`, run inside the service as the command line would. */
async function verifyStoredData(dataDir: string, signal: AbortSignal): Promise<readonly Check[]> {
  const service = await findService(dataDir);
  const task = { report: () => undefined, write: () => Promise.resolve(), signal };
  const answer = service && (await runRemotely(service, { name: 'verify', args: {} }, task));
  if (answer === undefined) throw new Error('The service of the demo cannot be reached.');
  const report = answer.result as VerifyReport;
  const name = 'The stored data keeps every promise (onhand verify)';
  return [{ name, holds: report.ok, detail: verifyDetail(report) }];
}

function verifyDetail({ checks }: VerifyReport): string {
  const failed = checks.filter(({ ok }) => !ok).map(({ check, findings }) => `${check}: ${findings[0]}`);
  return failed.length === 0 ? checks.map(({ check }) => check).join('; ') : failed.join('; ');
}

function showChecks(page: Page, checks: readonly Check[]): void {
  page.line();
  page.line(`${page.paint('cyan', '20:00'.padEnd(7))}${page.paint('bold', 'Does it all add up?')}`);
  for (const { name, holds, detail } of checks) {
    page.line(`       ${holds ? page.paint('green', '✓') : page.paint('red', '✗')} ${name}`);
    for (const line of wrap(detail, COLUMNS - DETAIL.length))
      page.line(`${DETAIL}${page.paint('dim', line)}`);
  }
  const all = checks.every((check) => check.holds);
  page.line();
  page.line(all ? '       Yes: to the last piece.' : page.paint('red', '       No: see above.'));
}

async function stayForALook(
  page: Page,
  { url, folder }: { readonly url: string; readonly folder: Folder },
  signal: AbortSignal,
): Promise<void> {
  page.line();
  page.line(`  ${page.paint('bold', 'Have a look around')} (nobody needs a key in the demo)`);
  page.line(`    ${url}/docs                                            every path, to try out`);
  page.line(`    ${url}/v1/items/MUG-RED                                how many red mugs are where`);
  page.line(`    ${url}/v1/items/MUG-RED/timeline                       and how that came about`);
  page.line(
    `    ${url}/v1/channels/web/availability/MUG-RED/explain    why the online shop may sell so many`,
  );
  page.line(`    ${url}/v1/channels/market/feed?after=0                 the live feed of the marketplace`);
  page.line(`    DATA_DIR=${folder.path} npx onhand timeline MUG-RED`);
  page.line();
  page.line(`  Ctrl-C ends it${folder.isTemporary ? ' and removes its data' : ''}.`);
  if (signal.aborted) return;
  await new Promise((ended) => signal.addEventListener('abort', ended, { once: true }));
}

/** Yesterday's date, so that the whole day lies in the past, whatever the hour. */
const yesterday = (): string => new Date(Date.now() - 24 * 3_600_000).toISOString().slice(0, 10);

/** Where the demo keeps its data. */
class Folder {
  readonly path: string;
  readonly isTemporary: boolean;

  /** A new one under the data directory, or the one named, which must be empty. The service makes what is not there. */
  static async choose(named: string | undefined, dataDir: string): Promise<Folder> {
    if (named === undefined) return new Folder(join(resolve(dataDir), `demo-${randomUUID()}`), true);
    const path = resolve(named);
    if (await isEmpty(path)) return new Folder(path, false);
    throw new CommandRefused({
      code: 'FOLDER_NOT_EMPTY',
      detail: `${path} is not empty. Name an empty folder for the demo, or leave --dir out.`,
    });
  }

  private constructor(path: string, isTemporary: boolean) {
    this.path = path;
    this.isTemporary = isTemporary;
  }

  async remove(): Promise<void> {
    if (this.isTemporary) await rm(this.path, { recursive: true, force: true });
  }
}

async function isEmpty(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}

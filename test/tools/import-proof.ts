import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OnlineRetailSum, sumOnlineRetail } from './online-retail-sum.ts';

/**
 * Imports the Online Retail file with the built command line and proves it against a sum that shares no code
 * with OnHand: the counts, the stock of every item, a second import, and an import that is killed half-way.
 * `npm run build && node --conditions=source test/tools/import-proof.ts FILE`
 */
const BIN = new URL('../../bin/onhand.js', import.meta.url).pathname;

interface Imported {
  readonly seconds: number;
  readonly lines: Readonly<
    Record<'read' | 'posted' | 'duplicate' | 'parked' | 'skipped' | 'rejected', number>
  >;
  readonly skippedBy: Readonly<Record<string, number>>;
  readonly messages: Readonly<Record<'accepted' | 'duplicate' | 'parked' | 'rejected', number>>;
  readonly proof: { readonly holds: boolean; readonly items: number };
}

/** What one data folder holds in the end, told by a service that is started on it. */
interface Held {
  readonly onHand: ReadonlyMap<string, number>;
  readonly counts: Readonly<Record<string, number>>;
}

/** Lines a message may have. */
const MESSAGE_LINES = 1_000;
/** Parts of the time that a whole import takes. The second runs through what the first has told, which is faster. */
const KILLED_AFTER = [0.3, 0.3];

const failures: string[] = [];
function check(what: string, actual: unknown, expected: unknown): void {
  const isRight = JSON.stringify(actual) === JSON.stringify(expected);
  if (!isRight) failures.push(what);
  const shown = isRight
    ? JSON.stringify(actual)
    : `${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
  console.log(`${isRight ? '✓' : '✗'} ${what}: ${shown}`);
}

async function main(file: string): Promise<void> {
  console.log('summing the file up, without OnHand …');
  const sum = sumOnlineRetail(file);
  const whole = await withFolder(async (folder) => {
    const first = await imported(file, folder);
    checkFirst(first, sum);
    const held = await heldBy(folder);
    checkHeld(held, sum, 'after the import');
    const second = await imported(file, folder);
    console.log(`a second import: ${second.seconds} s`);
    check('second import: accepted', second.messages.accepted, 0);
    check('second import: duplicate messages', second.messages.duplicate, first.messages.accepted);
    check('second import: duplicate lines', second.lines.duplicate, first.lines.posted);
    checkHeld(await heldBy(folder), sum, 'after the second import');
    return first;
  });
  await withFolder((folder) => killAndRepeat(file, folder, { sum, whole }));
  console.log(failures.length === 0 ? 'All of it holds.' : `${failures.length} checks failed.`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

function checkFirst(first: Imported, sum: OnlineRetailSum): void {
  const { lines } = first;
  console.log(`the import: ${first.seconds} s, ${Math.round(lines.read / first.seconds)} lines a second`);
  check('lines', lines.read, sum.rows);
  check('skipped', lines.skipped, sum.skipped);
  check('posted', lines.posted, sum.returned + sum.adjusted + sum.completed);
  check('parked, rejected, duplicate', [lines.parked, lines.rejected, lines.duplicate], [0, 0, 0]);
  const opening = Math.ceil(sum.openingLines / MESSAGE_LINES);
  check('messages', first.messages.accepted, sum.messages + opening);
  check('the proof of the import itself', first.proof.holds, true);
}

function checkHeld({ onHand }: Held, sum: OnlineRetailSum, when: string): void {
  const expected = Object.entries(sum.onHand);
  const wrong = expected.filter(([sku, quantity]) => onHand.get(sku) !== quantity);
  check(`${when}: items`, onHand.size, sum.skus);
  check(`${when}: items whose stock is another than the sum`, wrong.slice(0, 5), []);
}

async function killAndRepeat(
  file: string,
  folder: string,
  { sum, whole }: { sum: OnlineRetailSum; whole: Imported },
): Promise<void> {
  for (const share of KILLED_AFTER) {
    const child = onhand(['import', file, '--mapping', 'online-retail', '--json'], folder);
    const closed = once(child, 'close');
    await sleep(whole.seconds * 1_000 * share);
    child.kill('SIGKILL');
    check(`killed (kill -9) after ${Math.round(whole.seconds * share)} s`, await closed, [null, 'SIGKILL']);
  }
  const again = await imported(file, folder);
  check('after the kills: the lines close', again.lines.posted + again.lines.duplicate, whole.lines.posted);
  check('after the kills: something was left to do', again.lines.posted > 0, true);
  check('after the kills: something was kept', again.lines.duplicate > 0, true);
  checkHeld(await heldBy(folder), sum, 'after the kills');
  const verified = onhand(['verify', '--json'], folder);
  check('after the kills: onhand verify', (await ended(verified)).code, 0);
}

async function imported(file: string, folder: string): Promise<Imported> {
  const child = onhand(['import', file, '--mapping', 'online-retail', '--json'], folder);
  const { code, stdout } = await ended(child);
  if (code !== 0) throw new Error(`The import ended with ${code}: ${stdout}`);
  return JSON.parse(stdout) as Imported;
}

async function heldBy(folder: string): Promise<Held> {
  const service = onhand(['start'], folder, { PORT: '0', AUTH: 'off' });
  try {
    const url = await addressIn(service);
    const onHand = new Map<string, number>();
    for (let cursor = ''; ;) {
      const response = await fetch(`${url}/v1/items?limit=1000${cursor}`);
      const page = (await response.json()) as ItemsPage;
      for (const { sku, totals } of page.items) onHand.set(sku, totals.onHand);
      if (page.next === null) break;
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
    const { counts } = (await (await fetch(`${url}/v1/status`)).json()) as Pick<Held, 'counts'>;
    return { onHand, counts };
  } finally {
    service.kill('SIGTERM');
    await once(service, 'close');
  }
}

interface ItemsPage {
  readonly items: readonly { readonly sku: string; readonly totals: { readonly onHand: number } }[];
  readonly next: string | null;
}

/** The line of its log that says that it is ready says where. */
async function addressIn(service: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of service.stdout!) {
    text += String(chunk);
    const found = /"url":"([^"]+)"/.exec(text);
    if (found !== null) return found[1]!;
  }
  throw new Error(`The service did not start: ${text}`);
}

function onhand(words: readonly string[], folder: string, more: NodeJS.ProcessEnv = {}): ChildProcess {
  const env = { PATH: process.env.PATH, DATA_DIR: join(folder, 'data'), ...more };
  return spawn(process.execPath, [BIN, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string }> {
  let stdout = '';
  child.stdout!.on('data', (chunk) => (stdout += String(chunk)));
  await once(child, 'close');
  return { code: child.exitCode, stdout };
}

async function withFolder<Answer>(use: (folder: string) => Promise<Answer>): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), 'onhand-proof-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [file] = process.argv.slice(2);
if (file === undefined)
  throw new Error('Name the file: node --conditions=source test/tools/import-proof.ts FILE');
await main(file);

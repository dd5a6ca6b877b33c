import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from './log.ts';
import { until } from '../test/fixtures/waiting.ts';
import { itWith } from '../test/fixtures/needs.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'onhand-log-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const wordsIn = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { msg: unknown }).msg);

it('writes every line, whole and in order, beside the work and at the end of the process', async () => {
  const file = join(folder, 'log');
  const { logger, flush, dropped } = openLog('info', openSync(file, 'w'));
  const said = Array.from({ length: 1_000 }, (_, index) => `${index} ${'ä'.repeat(index)}`);
  for (const words of said.slice(0, 500)) logger.info(words);
  await until(() => wordsIn(file).length === 500, 'the first are written');
  for (const words of said.slice(500)) logger.info(words);
  flush();
  expect(wordsIn(file)).toEqual(said);
  expect(dropped()).toBe(0);
});

const FULL = '/dev/full';
itWith({ isThere: existsSync(FULL), what: 'a device that never has room: /dev/full' })(
  'keeps nobody from his work, nor from his end, where nothing can be written',
  () => {
    const log = new URL('log.ts', import.meta.url).href;
    const { status, signal, stderr } = spawnSync(
      process.execPath,
      ['--conditions=source', '--input-type=module', '--eval', LAST_WORDS, log],
      { stdio: ['ignore', openSync(FULL, 'w'), 'pipe'], encoding: 'utf8', timeout: 20_000 },
    );
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: 'dropped' });
  },
  30_000,
);

/** One line that is dropped, and one that is said just before the end. */
const LAST_WORDS = `
  const { openLog } = await import(process.argv[1]);
  const { logger, flush, dropped } = openLog('info');
  logger.info('to nobody');
  while (dropped() === 0) await new Promise((soon) => setTimeout(soon, 10));
  process.stderr.write('dropped');
  logger.info('the last words');
  flush();
`;

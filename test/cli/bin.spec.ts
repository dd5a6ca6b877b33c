import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itWith } from '../fixtures/needs.ts';

/** What stands before the command line: it must say what is missing, whatever is. */

const folder = mkdtempSync(join(tmpdir(), 'onhand-bin-'));
const bin = join(folder, 'bin', 'onhand.js');
cpSync(new URL('../../bin', import.meta.url).pathname, join(folder, 'bin'), { recursive: true });
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
afterAll(() => rmSync(folder, { recursive: true }));

function start(...before: string[]): { status: number | null; stderr: string } {
  const env = { PATH: process.env.PATH };
  const { status, stderr } = spawnSync(process.execPath, [...before, bin, '--help'], {
    env,
    encoding: 'utf8',
  });
  return { status, stderr };
}

it('says how to build what is not built', () => {
  expect(start()).toEqual({
    status: 78,
    stderr:
      'onhand: it is not built yet. Run `npm run build` (or `npm ci`, which builds too) in the folder of OnHand, then try again.\n',
  });
});

it('says which Node is needed and how to get it, before anything newer is read', () => {
  const older = "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })";
  const { status, stderr } = start('--import', `data:text/javascript,${encodeURIComponent(older)}`);
  expect(status).toBe(78);
  expect(stderr).toMatch(
    /^onhand: OnHand needs Node 24 or newer, and this is Node 20\.20\.2\..*`npx onhand …`.*nodejs\.org/,
  );
});

it('keeps what it has compiled, where that can be kept', () => {
  mkdirSync(join(folder, 'dist', 'src'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'src', 'cli.js'), 'export const main = () => undefined;');
  const kept = join(folder, 'node_modules');
  rmSync(kept, { recursive: true, force: true });
  writeFileSync(kept, 'no folder');
  expect(start()).toEqual({ status: 0, stderr: '' });
  rmSync(kept);
  expect(start()).toEqual({ status: 0, stderr: '' });
  expect(readdirSync(join(kept, '.cache', 'compiled'))).not.toEqual([]);
});

it('hides no other error behind that of a missing build', () => {
  mkdirSync(join(folder, 'dist', 'src'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'src', 'cli.js'), "import './gone.js';");
  const { status, stderr } = start();
  expect(status).toBe(1);
  expect(stderr).toContain('gone.js');
});

const FULL = '/dev/full';
itWith({ isThere: existsSync(FULL), what: 'a device that never has room: /dev/full' })(
  'says so where what it prints cannot be written',
  () => {
    const { pathname } = new URL('../../src/main.ts', import.meta.url);
    const { status, stderr } = spawnSync(process.execPath, ['--conditions=source', pathname, '--help'], {
      stdio: ['ignore', openSync(FULL, 'w'), 'pipe'],
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 74,
      stderr: expect.stringMatching(/^onhand: INPUT_OUTPUT: Standard output cannot be written: ENOSPC/),
    });
  },
);

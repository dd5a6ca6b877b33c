import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeFolder } from './make-folder.ts';

/** Ends what would otherwise never return. Nothing here takes nearly as long. */
const FOR_EVER_MS = 60_000;

const parent = mkdtempSync(join(tmpdir(), 'onhand-folder-'));
afterAll(() => rmSync(parent, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('a folder', () => {
  it('is made with those above it that are missing, each for its owner only', () => {
    makeFolder(join(parent, 'a', 'b', 'c'));
    for (const path of ['a', 'a/b', 'a/b/c']) expect(modeOf(join(parent, path))).toBe(0o700);
  });

  it('that is there stays as it is, also behind a link and at the root', () => {
    const there = join(parent, 'there');
    mkdirSync(there, { mode: 0o755 });
    symlinkSync(there, join(parent, 'link'));
    for (const path of [there, join(parent, 'link'), '/', '.']) makeFolder(path);
    expect(modeOf(there)).toBe(0o755);
  });

  it('is not made where a file is, below a file, or behind a link to nowhere', () => {
    writeFileSync(join(parent, 'file'), '');
    symlinkSync(join(parent, 'nowhere'), join(parent, 'dangling'));
    expect(() => makeFolder(join(parent, 'file'))).toThrow(/EEXIST/);
    expect(() => makeFolder(join(parent, 'file', 'below'))).toThrow(/ENOTDIR/);
    expect(() => makeFolder(join(parent, 'dangling'))).toThrow(/EEXIST/);
  });

  it('is not tried for ever where none can be made though the one above is there', () => {
    const code = `import { makeFolder } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'make-folder.ts')).href)};
      try { makeFolder('/proc/onhand/data') } catch (error) { console.log(error.syscall, error.path) }`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      timeout: FOR_EVER_MS,
      killSignal: 'SIGKILL',
    });
    expect(run.stdout).toMatch(/^mkdir \/proc/);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGES = new URL('../../node_modules', import.meta.url).pathname;

/** A program of a guide, as somebody runs it who copied it into a folder of his own. */
export class Program {
  /** What it has printed. */
  said = '';
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    }
  }

  static start(source: string, env: Readonly<Record<string, string>>): Program {
    const folder = mkdtempSync(join(tmpdir(), 'onhand-guide-'));
    writeFileSync(join(folder, 'program.mjs'), source);
    symlinkSync(PACKAGES, join(folder, 'node_modules'), 'dir');
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, ['program.mjs'], {
      cwd: folder,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Program(child, folder);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill();
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

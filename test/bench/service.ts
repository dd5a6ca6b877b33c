import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/onhand.js', import.meta.url));
const READY_WITHIN_MS = 600_000;
const LOOK_EVERY_MS = 10;

export interface Service {
  readonly url: string;
  readonly processId: number;
  stop(): Promise<void>;
}

/** The service as it is shipped, in a process of its own, over this folder; answers when it is ready, or just `up`. */
export async function startService(
  directory: string,
  settings: Readonly<Record<string, string>> = {},
  state: 'ready' | 'up' = 'ready',
): Promise<Service> {
  const file = join(directory, 'service.json');
  rmSync(file, { force: true });
  const env = {
    ...process.env,
    DATA_DIR: directory,
    PORT: '0',
    AUTH: 'off',
    LOG_LEVEL: 'silent',
    ...settings,
  };
  const child = spawn(process.execPath, [PROGRAM, 'start'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const urlNow = (): string | undefined => {
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as { url: string }).url;
    } catch {
      return undefined; // Not written yet.
    }
  };
  const url = await untilReady(child, urlNow, state === 'ready' ? 'health/ready' : 'health/live');
  return { url, processId: child.pid!, stop: () => stop(child) };
}

/** Asks until it says that it is ready, or whatever else it is asked for. */
async function untilReady(
  child: ChildProcess,
  urlNow: () => string | undefined,
  path = 'health/ready',
): Promise<string> {
  const start = performance.now();
  while (performance.now() - start < READY_WITHIN_MS) {
    if (child.exitCode !== null) throw new Error(`The service ended with ${child.exitCode}.`);
    const url = urlNow();
    const answer = url && (await fetch(`${url}/${path}`).catch(() => undefined));
    if (url && answer && answer.status === 200) return url;
    await pause(LOOK_EVERY_MS);
  }
  throw new Error('The service did not become ready.');
}

export async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

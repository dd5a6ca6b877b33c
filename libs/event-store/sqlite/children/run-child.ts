import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const pathOf = (child: string): string => fileURLToPath(new URL(`./${child}.child.ts`, import.meta.url));

/** Without the options that jest sets for itself. */
const environment = { ...process.env, NODE_OPTIONS: '' };

/** Starts a child that works until it is killed. */
export function startChild(child: string, ...words: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--conditions=source', pathOf(child), ...words], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/**
 * Runs a child to its end, in a shell that first runs `before` with the words as `$1`, `$2` …, and parses the JSON that it
 * prints. If the child fails, throws with what it printed.
 */
export function runChild(child: string, words: readonly string[], before = ''): unknown {
  const script = `${before} exec "$NODE" --conditions=source "$CHILD" "$@"`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', ...words], {
    env: { ...environment, NODE: process.execPath, CHILD: pathOf(child) },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${child} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/**
 * How fast it is, and whether that is fast enough: `npm run bench -- [NAME …] [--short] [--json]`.
 * What each figure means is said at the head of its file, and in docs/benchmarks.md. Exits 0 also where a goal
 * is missed, for that depends on the machine; `--strict` exits 1 then.
 */
import { fork } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import CliTable3 from 'cli-table3';
import { BENCHES, GROUPS, SERVER_BENCHES } from './benches.ts';
import type { Figure } from './figure.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
  },
});
const asked = [...positionals, ...(options.only ?? [])].flatMap((name) => GROUPS[name] ?? name);
const names = asked.length > 0 ? asked : Object.keys(BENCHES);
const all = [BENCHES, SERVER_BENCHES, GROUPS].flatMap((some) => Object.keys(some));
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`No bench ${unknown.join(', ')}; there are ${all.join(', ')}.\n`);
  process.exit(64);
}

function run(name: string): Promise<Figure[]> {
  const child = fork(
    fileURLToPath(new URL('./run-one.ts', import.meta.url)),
    [name, ...(options.short ? ['--short'] : [])],
    // Nothing but the figures on our own standard output.
    { execArgv: ['--conditions=source', '--expose-gc'], stdio: ['ignore', 2, 2, 'ipc'] },
  );
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => resolve(figures as Figure[]));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} and no figures.`)));
  });
}

const figures: Figure[] = [];
for (const name of names) {
  if (!options.json) process.stderr.write(`${name} …\n`);
  figures.push(...(await run(name)));
}
if (options.json) process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
else {
  const table = new CliTable3({ head: ['figure', 'value', 'unit', 'goal', ''], style: { head: [] } });
  for (const { name, value, unit, goal = '', met } of figures) {
    table.push([
      name,
      value.toLocaleString('en'),
      unit,
      goal,
      met === undefined ? '' : met ? 'met' : 'missed',
    ]);
  }
  const load = loadavg()[0]!.toFixed(1);
  process.stdout.write(
    `${table.toString()}\nNode ${process.version}, ${availableParallelism()} cores, load ${load}\n`,
  );
}
if (options.strict && figures.some(({ met }) => met === false)) process.exitCode = 1;

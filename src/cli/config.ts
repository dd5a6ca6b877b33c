import { addressProblems } from '../adapters.module.ts';
import { BadSettings, readSettings, type Settings, showSettings } from '../environment.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { Page } from './terminal/page.ts';

/** `config check`: everything that is wrong at once. `config print`: everything in force, secrets masked. */
export async function performConfig(
  { what, json }: { readonly what: 'check' | 'print'; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const { settings, problems } = await read(io.env);
  if (settings === undefined) return sayWrong(problems, json, io);
  if (what === 'check') {
    io.stdout.write(json ? '{"ok":true,"problems":[]}\n' : 'The settings are right.\n');
    return EXIT.done;
  }
  const shown = showSettings(settings);
  if (json) io.stdout.write(`${JSON.stringify({ items: shown })}\n`);
  else {
    const rows = shown.map(({ name, value, isDefault }) => [
      name,
      value === '' ? '–' : value,
      isDefault ? 'default' : 'set',
    ]);
    new Page(io.stdout, io.env).table(['setting', 'value', ''], rows);
  }
  return EXIT.done;
}

async function read(env: NodeJS.ProcessEnv): Promise<{ settings?: Settings; problems: readonly string[] }> {
  try {
    const settings = readSettings(env);
    const problems = await addressProblems(settings);
    return problems.length > 0 ? { problems } : { settings, problems };
  } catch (error) {
    if (error instanceof BadSettings) return { problems: error.problems };
    throw error;
  }
}

function sayWrong(problems: readonly string[], json: boolean, io: Io): ExitCode {
  if (json) io.stdout.write(`${JSON.stringify({ ok: false, problems })}\n`);
  else io.stderr.write(`The settings are wrong:\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
  return EXIT.configuration;
}

import { checkAddress } from '../adapters.module.ts';
import { BadSettings, readSettings, type Settings, settingWarnings, showSettings } from '../environment.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { Page } from './terminal/page.ts';

/** `config check`: everything that is wrong at once. `config print`: everything in force, secrets masked. */
export async function performConfig(
  { what, json }: { readonly what: 'check' | 'print'; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const { settings, problems, warnings } = await read(io.env);
  if (settings === undefined) return sayWrong(problems, json, io);
  if (what === 'check') {
    const said = `The settings are valid.\n${warnings.map((warning) => `  Warning: ${warning}.\n`).join('')}`;
    io.stdout.write(json ? `${JSON.stringify({ ok: true, problems, warnings })}\n` : said);
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

interface Findings {
  /** Absent where they are wrong. */
  readonly settings?: Settings;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

async function read(env: NodeJS.ProcessEnv): Promise<Findings> {
  try {
    const settings = readSettings(env);
    const { problems, warnings } = await checkAddress(settings);
    if (problems.length > 0) return { problems, warnings };
    return { settings, problems, warnings: [...settingWarnings(settings), ...warnings] };
  } catch (error) {
    if (error instanceof BadSettings) return { problems: error.problems, warnings: [] };
    throw error;
  }
}

function sayWrong(problems: readonly string[], json: boolean, io: Io): ExitCode {
  if (json) io.stdout.write(`${JSON.stringify({ ok: false, problems, warnings: [] })}\n`);
  else io.stderr.write(`The settings are wrong:\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
  return EXIT.configuration;
}

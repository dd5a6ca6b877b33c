import { type Command, CommanderError } from 'commander';
import { EXIT, type ExitCode, exitCodeOf } from './cli/exit-codes.ts';
import { afterInterrupt } from './cli/interrupted.ts';
import type { Io } from './cli/io.ts';
import { problemOf } from './cli/problem.ts';
import { programOf, type Request } from './cli/program.ts';

/**
 * Runs one command line (without `node` and the script) and returns its exit code. What was asked for goes to standard
 * output; errors, progress, and help after a mistake go to standard error.
 */
export async function run(words: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  let asked: Request | undefined;
  const program = programOf(async (request) => {
    asked = request;
    code = await perform(request, io);
  });
  for (const command of commandsOf(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    });
  }
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    return fail(error, asked, io);
  }
}

const commandsOf = (command: Command): Command[] => [command, ...command.commands.flatMap(commandsOf)];

/** Runs the process's own command line. */
export async function main(words: readonly string[]): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  let isTerminalGone = false;
  process.once('SIGINT', end).once('SIGTERM', end);
  // `on`, for a closing terminal may send it twice, itself and through its shell: the second is not a second request to end.
  process.on('SIGHUP', () => {
    isTerminalGone = true;
    end();
  });
  // The reader may have seen enough: `onhand timeline MUG-RED | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isTerminalGone) return;
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    process.stderr.write(`onhand: INPUT_OUTPUT: Standard output cannot be written: ${error.message}.\n`);
    process.exit(EXIT.inputOutput);
  });
  process.stderr.on('error', () => undefined); // There is nowhere left to report it.
  const { stdout, stderr, env } = process;
  const code = await run(words, { stdout, stderr, env, signal: ending.signal });
  await new Promise((written) => stdout.write('', written));
  process.exit(code);
}

async function perform(request: Request, io: Io): Promise<ExitCode> {
  const { loadDotEnv } = await import('./environment.ts'); // Not needed for help and typing errors.
  loadDotEnv();
  switch (request.kind) {
    case 'data':
      return (await import('./cli/perform.ts')).performOnData(request, io);
    case 'start':
      return (await import('./cli/start.ts')).performStart(io);
    case 'demo':
      return (await import('./cli/demo/demo.ts')).performDemo(request, io);
    case 'restore':
      return (await import('./cli/restore.ts')).performRestore(request, io);
    case 'copy':
      return (await import('./cli/copy/copy.ts')).performCopy(request, io);
    case 'topics':
      return (await import('./cli/kafka/topics.ts')).performTopics(request, io);
    case 'produce':
      return (await import('./cli/kafka/produce.ts')).performProduce(request, io);
    case 'config':
      return (await import('./cli/config.ts')).performConfig(request, io);
  }
}

function fail(error: unknown, asked: Request | undefined, io: Io): ExitCode {
  // Commander has already said what is wrong with the command line.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof Error && error.name === 'BadSettings') {
    io.stderr.write(`onhand: CONFIGURATION: ${error.message}\n`);
    return EXIT.configuration;
  }
  const problem = problemOf(error);
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  const after = problem.code === 'INTERRUPTED' && asked !== undefined ? ` ${afterInterrupt(asked)}` : '';
  io.stderr.write(`onhand: ${problem.code}: ${problem.detail}${hint}${after}\n`);
  if (problem.code === 'BUG' && error instanceof Error) io.stderr.write(`${error.stack}\n`);
  return exitCodeOf(problem.code);
}

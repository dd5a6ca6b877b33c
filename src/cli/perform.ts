import { resolve } from 'node:path';
import { readSettings, type Settings } from '../environment.ts';
import { findService } from '../service-file.ts';
import { isLogInFolder } from '../settings/log-place.ts';
import type { Command, Task } from './command.ts';
import { type CommandName, commandOf } from './commands/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { CommandRefused } from './problem.ts';
import { runRemotely } from './remote.ts';
import { Page } from './terminal/page.ts';
import { ProgressLine } from './terminal/progress-line.ts';

/** Runs one command over the data, wherever the data is held, and shows its result. */
export async function performOnData(
  request: { readonly name: CommandName; readonly args: object; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const settings = readSettings(io.env);
  const command = await commandOf(request.name);
  const args = command.prepare?.(request.args) ?? request.args;
  const output = await Output.open(command.writesTo?.(args), io);
  const progress = new ProgressLine(io.stderr, io.env);
  const task: LocalTask = { report: progress.report, write: (text) => output.write(text), signal: io.signal };
  let result: unknown;
  try {
    result = await runWhereTheDataIs({ command, name: request.name, args }, settings, task);
    await output.keep();
  } catch (error) {
    await output.drop();
    throw error;
  } finally {
    progress.end();
  }
  show(result, { command, args, json: request.json }, output.isUsed ? io.stderr : io.stdout, io);
  return command.exitCode?.(result) ?? EXIT.done;
}

/** What a command is given by the place where the words were typed. */
type LocalTask = Omit<Task, 'ask'>;

interface Work {
  readonly command: Command<object, unknown>;
  readonly name: CommandName;
  readonly args: object;
}

async function runWhereTheDataIs(work: Work, settings: Settings, task: LocalTask): Promise<unknown> {
  const dataDir = resolve(settings.DATA_DIR);
  const service = await findService(dataDir);
  const answer = service && (await runRemotely(service, work, task));
  if (answer !== undefined) return answer.result;
  // What opens a log is loaded where no service does the work.
  const { mayHaveLog } = await import('../adapters.module.ts');
  if (work.command.begins !== true && isLogInFolder(settings) && !mayHaveLog(dataDir)) {
    throw new CommandRefused({
      code: 'DATA_UNKNOWN',
      detail: `There is no data in ${dataDir} yet. Name another folder with DATA_DIR, or begin with \`onhand start\` or \`onhand import\`.`,
    });
  }
  return (await import('./here.ts')).runHere(work, settings, task);
}

function show(
  result: unknown,
  { command, args, json }: { command: Command<object, unknown>; args: object; json: boolean },
  out: Io['stdout'],
  io: Io,
): void {
  if (json) out.write(`${JSON.stringify(result)}\n`);
  else command.show(result, new Page(out, io.env), args);
}

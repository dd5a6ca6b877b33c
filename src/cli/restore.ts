import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isLeftByRestore, restoreLog } from '../adapters.module.ts';
import { readSettings } from '../environment.ts';
import { isLogInFolder } from '../settings/log-place.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { CommandRefused } from './problem.ts';
import { checkOfFile } from './terminal/check-of-file.ts';
import { ProgressLine } from './terminal/progress-line.ts';
import { number } from './terminal/words.ts';

/** Puts a backup into the data directory, if nothing is there; everything derived is made anew at the next start. */
export async function performRestore(
  { path, json }: { readonly path: string; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const settings = readSettings(io.env);
  if (!isLogInFolder(settings)) throw new CommandRefused(NOT_IN_FOLDER);
  const dataDir = resolve(settings.DATA_DIR);
  await refuseNotEmpty(dataDir);
  io.signal.throwIfAborted();
  const progress = new ProgressLine(io.stderr, io.env);
  const position = await restoreLog(resolve(path), settings, ({ step, done, of }) => {
    if (step === 'checking') return progress.report(checkOfFile({ done, of }));
    io.signal.throwIfAborted();
    progress.report({ step: 'restoring', done, total: of, unit: 'pages' });
  }).finally(() => progress.end());
  io.stdout.write(
    json
      ? `${JSON.stringify({ path: resolve(path), dataDir, position })}\n`
      : `Restored into ${dataDir}, through position ${number(position)}. Check all of it with \`onhand verify\`.\n`,
  );
  return EXIT.done;
}

const NOT_IN_FOLDER = {
  code: 'BACKUP_ELSEWHERE',
  detail:
    'EVENT_STORE names a server, which has its own backup. Restore into a folder with EVENT_STORE=sqlite, ' +
    'then copy it to the server with `onhand copy --from sqlite:FOLDER --to esdb://…`.',
};

async function refuseNotEmpty(folder: string): Promise<void> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (files.every(isLeftByRestore)) return;
  throw new CommandRefused({
    code: 'FOLDER_NOT_EMPTY',
    detail: `${folder} is not empty, and nothing is overwritten. Name an empty folder with DATA_DIR.`,
  });
}

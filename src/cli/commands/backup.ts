import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { checkOfFile } from '../terminal/check-of-file.ts';
import { number } from '../terminal/words.ts';

interface BackupArgs {
  readonly path: string;
}

interface BackupMade {
  readonly path: string;
  /** Of the newest event in it. */
  readonly position: number;
  readonly bytes: number;
}

export const backupCommand: Command<BackupArgs, BackupMade> = {
  usesFiles: true,
  prepare: ({ path }) => ({ path: resolve(path) }),
  async run(onhand, { path }, { report }) {
    const position = await onhand.backup(path, ({ step, done, of }) =>
      report(step === 'checking' ? checkOfFile({ done, of }) : { step, done, total: of, unit: 'pages' }),
    );
    return { path, position, bytes: (await stat(path)).size };
  },
  show({ path, position, bytes }, page) {
    page.line(`${path}: ${number(bytes)} bytes, checked, through position ${number(position)}.`);
    page.line(page.paint('dim', 'Restore it with `onhand restore`, into an empty DATA_DIR.'));
  },
};

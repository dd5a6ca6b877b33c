import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataFileUnusable } from './sqlite-event-store.faults.ts';

/** The log, in its data directory. */
export const EVENTS_FILE = 'events.db';

/** The name of a log that is being copied from another store, until it is complete: nobody opens it meanwhile. */
export const COPYING_FILE = 'events.copying.db';

/** Suffix to the name of a log that is being copied as a file, until it is complete. */
export const PARTIAL = '.partial';

export const LOCK_FILE = 'lock.db';
/** Says which process holds the lock. Only for people: it locks nothing, and it does not matter if it is missing or old. */
export const HOLDER_FILE = 'lock.pid';

/** A file of SQLite, and those that SQLite may keep beside it. */
export const withSideFiles = (file: string): readonly string[] =>
  ['', '-wal', '-shm', '-journal'].map((suffix) => file + suffix);

/** Says how far the log was acknowledged. Its name sorts before the log's: a copy of a folder file by file has it first. */
export const acknowledgedFile = (file: string): string => file.replace(/\.db$/, '.acknowledged');

export const hasLog = (directory: string): boolean => existsSync(join(directory, EVENTS_FILE));

/** True if there is a log, or a part of one from a killed copy or restore; also if that cannot be told: opening says why. */
export const mayHaveLog = (directory: string): boolean =>
  [EVENTS_FILE, ...UNFINISHED.map(([name]) => name)].some((name) => {
    try {
      statSync(join(directory, name));
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'ENOENT';
    }
  });

/** True for files that a failed or killed restore has left behind: nobody has ever used them. */
export const isLeftByRestore = (name: string): boolean =>
  [LOCK_FILE, HOLDER_FILE, ...withSideFiles(EVENTS_FILE + PARTIAL)].includes(name);

/** Throws if a copy or a restore was killed here: else a new log would begin beside the one it was to bring. */
export function refuseUnfinished(directory: string): void {
  if (hasLog(directory)) return;
  for (const [name, command] of UNFINISHED) {
    const file = join(directory, name);
    if (existsSync(file)) {
      const why = `\`onhand ${command}\` did not complete it. Run that again, or remove the file`;
      throw new DataFileUnusable(file, why);
    }
  }
}

const UNFINISHED = [
  [COPYING_FILE, 'copy'],
  [EVENTS_FILE + PARTIAL, 'restore'],
] as const;

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataFileUnusable } from './sqlite-event-store.faults.ts';

/** The log, in its data directory. */
export const EVENTS_FILE = 'events.db';

/** Until all is there, a log that is carried here from another store has another name: nobody opens it. */
export const COPYING_FILE = 'events.copying.db';

/** The same for one that is copied as a file, behind the name it will have. */
export const PARTIAL = '.partial';

export const LOCK_FILE = 'lock.db';
/** Says who holds it, for people: it locks nothing, and where it is missing or old nothing else is wrong. */
export const HOLDER_FILE = 'lock.pid';

/** A file of SQLite, with what SQLite may keep beside it. */
export const withSideFiles = (file: string): readonly string[] =>
  ['', '-wal', '-shm', '-journal'].map((suffix) => file + suffix);

/** Up to where the log of this file was acknowledged. It sorts before the log: who copies a folder file by file has it first. */
export const acknowledgedFile = (file: string): string => file.replace(/\.db$/, '.acknowledged');

export const hasLog = (directory: string): boolean => existsSync(join(directory, EVENTS_FILE));

/** A log, or what a copy or a restore that was killed has brought of one. True also where it cannot be looked for: to open it says why. */
export const mayHaveLog = (directory: string): boolean =>
  [EVENTS_FILE, ...UNFINISHED.map(([name]) => name)].some((name) => {
    try {
      statSync(join(directory, name));
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'ENOENT';
    }
  });

/** True for what a restore that failed or was killed has left in a folder: nobody has ever used it. */
export const isLeftByRestore = (name: string): boolean =>
  [LOCK_FILE, HOLDER_FILE, ...withSideFiles(EVENTS_FILE + PARTIAL)].includes(name);

/** Where a copy or a restore was killed, a new log would begin beside what it was to bring. */
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

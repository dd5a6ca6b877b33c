import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataFileUnusable } from './sqlite-event-store.faults.ts';

/** The log, in its data directory. */
export const EVENTS_FILE = 'events.db';

/** Until all is there, a log that is carried here from another store has another name: nobody opens it. */
export const COPYING_FILE = 'events.copying.db';

/** The same for one that is copied as a file, behind the name it will have. */
export const PARTIAL = '.partial';

/** Where a copy or a restore was killed, a new log would begin beside what it was to bring. */
export function refuseUnfinished(directory: string): void {
  if (existsSync(join(directory, EVENTS_FILE))) return;
  for (const [name, command] of UNFINISHED) {
    const file = join(directory, name);
    if (existsSync(file)) {
      const why = `\`onhand ${command}\` has not brought all of it: run that again, or remove the file`;
      throw new DataFileUnusable(file, why);
    }
  }
}

const UNFINISHED = [
  [COPYING_FILE, 'copy'],
  [EVENTS_FILE + PARTIAL, 'restore'],
] as const;

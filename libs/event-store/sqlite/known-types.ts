import { openReader } from './connection.ts';
import { DataFileUnusable } from './sqlite-event-store.faults.ts';

/**
 * Throws DataFileUnusable if the log has events of another type. A later version has stored them and decided by them: a
 * version that passes over them would come to other stock, and record that.
 */
export function assertTypesKnown(file: string, known: ReadonlySet<string>): void {
  const database = openReader(file);
  try {
    for (const { name } of database.prepare('SELECT name FROM types').all()) {
      if (known.has(String(name))) continue;
      const what = `events of the type ${String(name)}, which this one does not know`;
      throw new DataFileUnusable(
        file,
        `it was written by a later version of OnHand (${what}). Use that version`,
      );
    }
  } finally {
    database.close();
  }
}

import { openReader } from './connection.ts';
import { DataFileUnusable } from './sqlite-event-store.faults.ts';

/**
 * Throws DataFileUnusable if the log has events of another type. A later version wrote them and decided by them: whoever
 * passes over them would come to other stock, and write that down.
 */
export function assertTypesKnown(file: string, known: ReadonlySet<string>): void {
  const database = openReader(file);
  try {
    for (const { name } of database.prepare('SELECT name FROM types').all()) {
      if (known.has(String(name))) continue;
      const type = `events of the type ${String(name)}, which this one does not know`;
      throw new DataFileUnusable(
        file,
        `it was written by a later version of OnHand (${type}). Use that version`,
      );
    }
  } finally {
    database.close();
  }
}

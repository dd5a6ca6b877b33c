import { join } from 'node:path';
import type { Clock } from '#kernel';
import type { EventStore } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';
import type { ReadModel } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import type { Settings } from './environment.ts';

/** The one place where ports meet adapters: another store is another line here. */

/** The log, with what only its adapter can do. */
export interface OpenLog {
  readonly store: EventStore;
  /**
   * Copies the log as it is now to a new file, checked as a whole, while appends and reads go on. Answers the
   * position of the newest event in it.
   */
  backup(path: string, onProgress?: OnCopied): Promise<number>;
  /** What is wrong with the stored log, in words; nothing if it is sound. */
  integrityCheck(): Promise<readonly string[]>;
}

export type OnCopied = (copied: { readonly pages: number; readonly pagesTotal: number }) => void;

/** Throws DataDirectoryLocked where another process has the data. */
export async function openLog(
  settings: Pick<Settings, 'DATA_DIR'>,
  parts: { readonly clock: Clock; readonly onFatal: (cause: unknown) => void },
): Promise<OpenLog> {
  const store = await SqliteEventStore.open({ directory: settings.DATA_DIR, ...parts });
  return {
    store,
    backup: (path, onProgress) => store.backup(path, onProgress),
    integrityCheck: () => store.integrityCheck(),
  };
}

/** Puts a backup, checked as a whole, where no log is yet. Answers the position of its newest event. */
export const restoreLog = (
  backup: string,
  settings: Pick<Settings, 'DATA_DIR'>,
  onProgress?: OnCopied,
): Promise<number> => SqliteEventStore.restore(backup, settings.DATA_DIR, onProgress);

/** What is derived from the log; a file that is missing or of another layout begins anew. */
export function openReadModel(settings: Pick<Settings, 'DATA_DIR'>, file: string): ReadModel {
  return SqliteReadModel.open({ file: join(settings.DATA_DIR, file) });
}

/** For replays: gone when it is closed. */
export const openMemoryReadModel = (): ReadModel => SqliteReadModel.open({ file: IN_MEMORY });

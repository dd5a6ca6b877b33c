import { join } from 'node:path';
import type { Clock } from '#kernel';
import type { EventStore } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';
import type { ReadModel } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import type { Settings } from './environment.ts';

/** The one place where ports meet adapters: another store is another line here. */

export const PICTURE_FILE = 'picture.db';

/** Throws DataDirectoryLocked where another process has the data. */
export function openEventStore(
  settings: Pick<Settings, 'DATA_DIR'>,
  parts: { readonly clock: Clock; readonly onFatal: (cause: unknown) => void },
): Promise<EventStore> {
  return SqliteEventStore.open({ directory: settings.DATA_DIR, ...parts });
}

/** What is derived from the log; a file that is missing or of another layout begins anew. */
export function openReadModel(settings: Pick<Settings, 'DATA_DIR'>, file: string = PICTURE_FILE): ReadModel {
  return SqliteReadModel.open({ file: join(settings.DATA_DIR, file) });
}

/** For replays: gone when it is closed. */
export const openMemoryReadModel = (): ReadModel => SqliteReadModel.open({ file: IN_MEMORY });

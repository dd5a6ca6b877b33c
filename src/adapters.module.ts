import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '#kernel';
import type { EventStore, LogTarget } from '#event-store';
import { DirectoryLock, SqliteEventStore, SqliteLogTarget } from '#event-store/sqlite';
import type { ReadModel } from '#read-model';
import { discard, IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import type { Settings } from './environment.ts';
import { isLogInFolder } from './settings/log-place.ts';

/** The one place where ports meet adapters: another store is another line here. */

export { EVENTS_FILE, hasLog, isLeftByRestore, mayHaveLog } from '#event-store/sqlite';

/** The log, with what only some adapters can do. */
export interface OpenLog {
  readonly store: EventStore;
  /** For people and for the status; without a password. */
  readonly name: string;
  /** Tells one log from another: whose picture a folder holds. */
  readonly identity: string;
  /** What the cursors of all processes over this log are sealed with; undefined: each folder has its own. */
  readonly cursorKey?: Uint8Array;
  /**
   * Copies the log as it is now to a new file, checked as a whole, while appends and reads go on. Answers the
   * position of the newest event in it. Undefined where the store brings a backup of its own.
   */
  readonly backup?: (path: string, onProgress?: OnCopied) => Promise<number>;
  /** What is wrong with the stored log, in words; nothing if it is sound. Undefined where the store sees to it. */
  readonly integrityCheck?: () => Promise<readonly string[]>;
  /** Closes the store, and lets go of the folder. */
  close(): Promise<void>;
}

export type OnCopied = (copied: { readonly pages: number; readonly pagesTotal: number }) => void;

interface OpenLogParts {
  readonly clock: Clock;
  /** Called once, where the log can never be written again by this process. */
  readonly onFatal: (cause: unknown) => void;
  /** What somebody should look at: a connection that was lost, a default password. */
  readonly onAlarm: (message: string, cause?: unknown) => void;
}

type Place = Pick<Settings, 'DATA_DIR' | 'EVENT_STORE'>;

/** Throws DataDirectoryLocked where another process has the folder, and what the store throws. */
export const openLog = (settings: Place, parts: OpenLogParts): Promise<OpenLog> =>
  isLogInFolder(settings) ? openInFolder(settings, parts) : openServer(settings, parts);

async function openInFolder({ DATA_DIR }: Place, { clock, onFatal }: OpenLogParts): Promise<OpenLog> {
  const store = await SqliteEventStore.open({ directory: DATA_DIR, clock, onFatal });
  return {
    store,
    name: 'sqlite',
    identity: 'sqlite',
    backup: (path, onProgress) => store.backup(path, onProgress),
    integrityCheck: () => store.integrityCheck(),
    close: () => store.close(),
  };
}

async function openServer({ DATA_DIR, EVENT_STORE }: Place, { onAlarm }: OpenLogParts): Promise<OpenLog> {
  const lock = DirectoryLock.take(DATA_DIR);
  try {
    // Its client is loaded where it is used: nobody else waits for it.
    const { EventStoreDbEventStore } = await import('#event-store/eventstoredb');
    const store = await EventStoreDbEventStore.open({ url: EVENT_STORE, onAlarm });
    const { identity, shown: name } = store;
    return {
      store,
      name,
      identity,
      cursorKey: createHash('sha256').update(`cursors of ${identity}`).digest(),
      close: () => store.close().finally(() => lock.release()),
    };
  } catch (cause) {
    lock.release();
    throw cause;
  }
}

/** What is said of the address of the log, in words. */
interface AddressFindings {
  readonly problems: readonly string[];
  /** What works, and should not be left so: a start says it to the log. */
  readonly warnings: readonly string[];
}

/** As far as the text of the address says; nobody is asked. */
export async function checkAddress({ EVENT_STORE }: Pick<Settings, 'EVENT_STORE'>): Promise<AddressFindings> {
  if (isLogInFolder({ EVENT_STORE })) return { problems: [], warnings: [] };
  const { EventStoreDbUnusable, readAddress } = await import('#event-store/eventstoredb');
  const words = (text: string): string => `EVENT_STORE: ${text}`;
  try {
    return { problems: [], warnings: readAddress(EVENT_STORE).warnings.map(words) };
  } catch (error) {
    if (error instanceof EventStoreDbUnusable) return { problems: [words(error.message)], warnings: [] };
    throw error;
  }
}

/** Puts a backup, checked as a whole, where no log is yet. Answers the position of its newest event. */
export const restoreLog = (
  backup: string,
  settings: Pick<Settings, 'DATA_DIR'>,
  onProgress?: OnCopied,
): Promise<number> => SqliteEventStore.restore(backup, settings.DATA_DIR, onProgress);

/** A log to copy from or to: a data directory, or the address of a server. */
export type LogPlace = { readonly directory: string } | { readonly url: string };

/** Opens a log for reading. Throws what the store throws. */
export async function openSource(place: LogPlace, clock: Clock): Promise<EventStore> {
  if ('directory' in place) return SqliteEventStore.open({ ...place, clock, writer: 'inline' });
  const { EventStoreDbEventStore } = await import('#event-store/eventstoredb');
  return EventStoreDbEventStore.open(place);
}

/** Opens a place that takes over a log. Throws TargetDiffers, and what the store throws. */
export async function openTarget(place: LogPlace): Promise<LogTarget> {
  if ('directory' in place) return SqliteLogTarget.open(place.directory);
  const { EventStoreDbLogTarget } = await import('#event-store/eventstoredb');
  return EventStoreDbLogTarget.open(place.url);
}

/**
 * What is derived from the log; a file that is missing or of another layout begins anew. `onFatal` is called
 * once, where the file cannot be used any more: who serves from it must end the process.
 */
export function openReadModel(
  settings: Pick<Settings, 'DATA_DIR'>,
  file: string,
  onFatal?: (cause: unknown) => void,
): ReadModel {
  return SqliteReadModel.open({ file: join(settings.DATA_DIR, file), ...(onFatal && { onFatal }) });
}

/** It must be closed. */
export const removeReadModel = (directory: string, file: string): void => discard(join(directory, file));

/** For replays: gone when it is closed. */
export const openMemoryReadModel = (): ReadModel => SqliteReadModel.open({ file: IN_MEMORY });

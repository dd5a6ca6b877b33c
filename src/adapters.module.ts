import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '#kernel';
import type { EventStore, LogTarget } from '#event-store';
import {
  DirectoryLock,
  type OnBackup,
  type OnChecked,
  SqliteEventStore,
  SqliteLogTarget,
} from '#event-store/sqlite';
import type { ReadModel } from '#read-model';
import { discard, IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import type { Settings } from './environment.ts';
import { EVENT_TYPES } from './event-types.ts';
import { isLogInFolder } from './settings/log-place.ts';

/** The one place where ports meet adapters: another store is another line here. */

export { EVENTS_FILE, hasLog, isLeftByRestore, mayHaveLog, type OnBackup } from '#event-store/sqlite';

/** The log, and what only some adapters can do. */
export interface OpenLog {
  readonly store: EventStore;
  /** For people and the status; without a password. */
  readonly name: string;
  /** Identifies the log, to know whether a folder's picture is of it. */
  readonly identity: string;
  /** Seals the cursors of all processes over this log; undefined: each folder has a key of its own. */
  readonly cursorKey?: Uint8Array;
  /**
   * Copies the log as it is now to a new file, and checks all of it, while appends and reads go on. Returns the position of
   * the newest event in it. Undefined if the store has its own means of backup.
   */
  readonly backup?: (path: string, onProgress?: OnBackup) => Promise<number>;
  /** What is wrong with the stored log, in words; empty if it is sound. Undefined if the store checks that itself. */
  readonly integrityCheck?: (onChecked?: OnChecked) => Promise<readonly string[]>;
  /** Closes the store, and unlocks the folder. */
  close(): Promise<void>;
}

interface OpenLogParts {
  readonly clock: Clock;
  /** Called once, if this process can never write the log again. */
  readonly onFatal: (cause: unknown) => void;
  /** Called for what somebody should look at: a lost connection, a default password. */
  readonly onAlarm: (message: string, cause?: unknown) => void;
}

type Place = Pick<Settings, 'DATA_DIR' | 'EVENT_STORE'>;

/** Throws DataDirectoryLocked if another process has the folder, and what the store throws. */
export const openLog = (settings: Place, parts: OpenLogParts): Promise<OpenLog> =>
  isLogInFolder(settings) ? openInFolder(settings, parts) : openServer(settings, parts);

async function openInFolder({ DATA_DIR }: Place, { clock, onFatal }: OpenLogParts): Promise<OpenLog> {
  const store = await SqliteEventStore.open({
    ...{ directory: DATA_DIR, clock, onFatal },
    knownTypes: EVENT_TYPES,
  });
  return {
    store,
    name: 'sqlite',
    identity: 'sqlite',
    backup: (path, onProgress) => store.backup(path, onProgress),
    integrityCheck: (onChecked) => store.integrityCheck(onChecked),
    close: () => store.close(),
  };
}

async function openServer({ DATA_DIR, EVENT_STORE }: Place, { onAlarm }: OpenLogParts): Promise<OpenLog> {
  const lock = DirectoryLock.take(DATA_DIR);
  try {
    // Imported only when needed: loading the client takes time.
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

/** What is wrong with the address of the log, in words. */
interface AddressFindings {
  readonly problems: readonly string[];
  /** What works but should be changed: logged at start. */
  readonly warnings: readonly string[];
}

/** Checks only the text of the address; nothing is connected to. */
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

/** Puts a backup, all of it checked, into a folder that has no log yet. Returns the position of its newest event. */
export const restoreLog = (
  backup: string,
  settings: Pick<Settings, 'DATA_DIR'>,
  onProgress?: OnBackup,
): Promise<number> => SqliteEventStore.restore(backup, settings.DATA_DIR, onProgress);

/** A log to copy from or to: a data directory, or the address of a server. */
export type LogPlace = { readonly directory: string } | { readonly url: string };

/** Opens a log for reading. Throws what the store throws. */
export async function openSource(place: LogPlace, clock: Clock): Promise<EventStore> {
  if ('directory' in place) return SqliteEventStore.open({ ...place, clock, writer: 'inline' });
  const { EventStoreDbEventStore } = await import('#event-store/eventstoredb');
  return EventStoreDbEventStore.open(place);
}

/** Opens a place to copy a log to. Throws TargetDiffers, and what the store throws. */
export async function openTarget(place: LogPlace): Promise<LogTarget> {
  if ('directory' in place) return SqliteLogTarget.open(place.directory);
  const { EventStoreDbLogTarget } = await import('#event-store/eventstoredb');
  return EventStoreDbLogTarget.open(place.url);
}

/**
 * Opens a picture; if the file is missing or has another layout it begins empty. `onFatal` is called once if the file can no
 * longer be used: then the process must end.
 */
export function openReadModel(
  settings: Pick<Settings, 'DATA_DIR'>,
  file: string,
  onFatal?: (cause: unknown) => void,
): ReadModel {
  return SqliteReadModel.open({ file: join(settings.DATA_DIR, file), ...(onFatal && { onFatal }) });
}

/** The file must be closed. */
export const removeReadModel = (directory: string, file: string): void => discard(join(directory, file));

/** In memory, for replays: gone when it is closed. */
export const openMemoryReadModel = (): ReadModel => SqliteReadModel.open({ file: IN_MEMORY });

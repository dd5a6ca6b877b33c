import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '#kernel';
import { openReader } from './connection.ts';
import { findProblems } from './integrity.ts';
import { isSqliteError, SQLITE_FULL } from './sqlite-error.ts';

/** Work that takes long, and so has a thread and a connection of its own. */
export type Chore =
  { readonly kind: 'checkpoint'; readonly mode: CheckpointMode } | { readonly kind: 'check' };
/** PASSIVE never makes the writer wait; the others do, while they do what PASSIVE has left. */
export type CheckpointMode = 'PASSIVE' | 'RESTART' | 'TRUNCATE';

export type ChoreAnswer = Checkpointed | Checked | { readonly kind: 'failed'; readonly cause: unknown };

export interface Checkpointed {
  readonly kind: 'checkpointed';
  /** Pages in the write-ahead log; `pagesLeft` of them are not in the file itself yet. */
  readonly walPages: number;
  readonly pagesLeft: number;
}

/** Told while a check goes on: how many checks are done, and of how many. */
export interface Checking {
  readonly kind: 'checking';
  readonly done: number;
  readonly of: number;
}

interface Checked {
  readonly kind: 'checked';
  readonly problems: readonly string[];
}

/** How long RESTART and TRUNCATE wait for readers: briefly, for the writer waits too. They are tried again later. */
const WAIT_FOR_READERS_MS = 20;

assert(parentPort !== null, 'to run as a thread');
const port = parentPort;
const database = openReader((workerData as { file: string }).file);
database.exec(`PRAGMA busy_timeout = ${WAIT_FOR_READERS_MS}`);
port.on('message', (chore: Chore | 'close') => {
  if (chore !== 'close') return port.postMessage(attempt(chore));
  database.close();
  port.close();
});

function attempt(chore: Chore): ChoreAnswer {
  try {
    return chore.kind === 'check'
      ? { kind: 'checked', problems: findProblems(database, tellChecks) }
      : checkpoint(database, chore.mode);
  } catch (cause) {
    return { kind: 'failed', cause };
  }
}

function tellChecks({ done, of }: { readonly done: number; readonly of: number }): void {
  port.postMessage({ kind: 'checking', done, of } satisfies Checking);
}

function checkpoint(database: DatabaseSync, mode: CheckpointMode): ChoreAnswer {
  try {
    database.exec(`PRAGMA wal_checkpoint(${mode})`);
  } catch (cause) {
    // Without room the file cannot grow. The write-ahead log keeps everything until there is room.
    if (!isSqliteError(cause, SQLITE_FULL)) throw cause;
  }
  const state = database.prepare('PRAGMA wal_checkpoint(NOOP)').get();
  const walPages = Math.max(0, Number(state?.['log']));
  return {
    kind: 'checkpointed',
    walPages,
    pagesLeft: walPages - Math.max(0, Number(state?.['checkpointed'])),
  };
}

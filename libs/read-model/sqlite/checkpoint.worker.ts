/** Carries the write-ahead log of a read model into its file, whenever it is asked to. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '#kernel';
import { errorCodeOf, SQLITE_CANTOPEN, SQLITE_FULL } from './sqlite-error.ts';

/** Undefined if it succeeded, and also if there was no room or no file could be opened: then the log keeps everything. */
export type Checkpointed = { readonly failure?: unknown };

const PASSING: readonly (number | undefined)[] = [SQLITE_FULL, SQLITE_CANTOPEN];

assert(parentPort !== null, 'to run as a thread');
const port = parentPort;
let database: DatabaseSync | undefined;

port.on('message', (message: 'checkpoint' | 'close') => {
  if (message === 'checkpoint') return port.postMessage(checkpoint());
  database?.close();
  port.close();
});

/** PASSIVE never makes the writer wait. */
function checkpoint(): Checkpointed {
  try {
    database ??= connect();
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    return {};
  } catch (failure) {
    return PASSING.includes(errorCodeOf(failure)) ? {} : { failure };
  }
}

function connect(): DatabaseSync {
  const { file } = workerData as { readonly file: string };
  const connected = new DatabaseSync(file);
  connected.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0');
  return connected;
}

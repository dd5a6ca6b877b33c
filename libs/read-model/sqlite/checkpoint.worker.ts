/** Carries the write-ahead log of a read model into its file, whenever it is asked to. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '#kernel';
import { errorCodeOf, SQLITE_CANTOPEN, SQLITE_FULL } from './sqlite-error.ts';

/** Undefined when all went well, or when there was no room or no file could be opened: the log then keeps everything. */
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

/** PASSIVE: never in the way of the writer. */
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

/** Carries the write-ahead log of a read model into its file, whenever it is asked to. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '#kernel';

/** Undefined when all went well, or when there was no room, in which case the log keeps everything. */
export type Checkpointed = { readonly failure?: unknown };

const SQLITE_FULL = 13;

assert(parentPort !== null, 'to run as a thread');
const port = parentPort;
const database = new DatabaseSync((workerData as { file: string }).file);
database.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0');

port.on('message', (message: 'checkpoint' | 'close') => {
  if (message === 'checkpoint') return port.postMessage(checkpoint());
  database.close();
  port.close();
});

/** PASSIVE: never in the way of the writer. */
function checkpoint(): Checkpointed {
  try {
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    return {};
  } catch (failure) {
    return (failure as { errcode?: unknown }).errcode === SQLITE_FULL ? {} : { failure };
  }
}

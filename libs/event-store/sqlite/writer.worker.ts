import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { assert } from '#kernel';
import { type Batch, type BatchResult, COMMIT_BYTES_MAX, COMMIT_EVENTS_MAX } from './batch.ts';
import { Log } from './log.ts';

export type ToWriterThread = Batch | 'close';
export interface FromWriterThread {
  /** Of the batches of one commit, in their order. */
  readonly results: readonly BatchResult[];
}

assert(parentPort !== null, 'to run as a thread');
serve(parentPort, new Log((workerData as { file: string }).file));

function serve(port: MessagePort, log: Log): void {
  port.postMessage({ head: log.head });
  port.on('message', (message: ToWriterThread) => {
    let next: ToWriterThread | undefined = message;
    while (next !== undefined && next !== 'close') next = commitAll(port, log, next);
    if (next === 'close') {
      log.close();
      port.close();
    }
  });
}

/** Commits a batch together with those that came during the last commit. Returns the message after them, if there is one. */
function commitAll(port: MessagePort, log: Log, first: Batch): ToWriterThread | undefined {
  const batches = [first];
  let events = first.types.length;
  let bytes = first.bytes;
  let next = receive(port);
  while (next !== undefined && next !== 'close') {
    events += next.types.length;
    bytes += next.bytes;
    if (events > COMMIT_EVENTS_MAX || bytes > COMMIT_BYTES_MAX) break;
    batches.push(next);
    next = receive(port);
  }
  port.postMessage({ results: log.write(batches) } satisfies FromWriterThread);
  return next;
}

const receive = (port: MessagePort): ToWriterThread | undefined =>
  receiveMessageOnPort(port)?.message as ToWriterThread | undefined;

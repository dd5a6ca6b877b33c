import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../src/index.ts';
import type { LogReader } from './log-reader.ts';

/** Between two looks, doubled each time: a flush, and one more node, are mostly enough. */
const FIRST_LOOK_MS = 1;
const LAST_LOOK_MS = 512;

/**
 * Until what stands there can be read, but not for long. The server tells a conflict as soon as the other's events
 * are in the hands of its writer: flushed, replicated and indexed they are only later, and until then a reader sees
 * nothing new and would decide the same again. A leader that goes may take them with it: then they never come.
 */
export async function onceReadable(reader: LogReader, stream: string, revision: number): Promise<void> {
  for (let pauseMs = FIRST_LOOK_MS; pauseMs <= LAST_LOOK_MS; pauseMs *= 2) {
    try {
      if ((await reader.readStream(stream, revision, 1)).length > 0) return;
    } catch (fault) {
      if (!(fault instanceof StoreUnavailable)) throw fault;
      return; // Who looks himself hears of it.
    }
    await pause(pauseMs);
  }
}

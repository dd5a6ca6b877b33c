import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../src/index.ts';
import type { LogReader } from './log-reader.ts';

/** Pause between two tries, doubled each time. Mostly a flush and one more node are all that is waited for. */
const FIRST_LOOK_MS = 1;
const LAST_LOOK_MS = 512;

/**
 * Waits, but not for long, until the event at this revision can be read. The server reports a conflict as soon as its writer
 * has the other's events. They are flushed, replicated and indexed only later: until then a reader sees nothing new, and would
 * decide the same again. If the leader fails they may be lost with it: then they never come.
 */
export async function onceReadable(reader: LogReader, stream: string, revision: number): Promise<void> {
  for (let pauseMs = FIRST_LOOK_MS; pauseMs <= LAST_LOOK_MS; pauseMs *= 2) {
    try {
      if ((await reader.readStream(stream, revision, 1)).length > 0) return;
    } catch (fault) {
      if (!(fault instanceof StoreUnavailable)) throw fault;
      return; // The caller's own read will throw it.
    }
    await pause(pauseMs);
  }
}

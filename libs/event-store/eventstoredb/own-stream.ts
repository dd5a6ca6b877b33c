import { jsonEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { NO_STREAM, type RecordedEvent, StoreUnavailable } from '../src/index.ts';
import type { AppendLane } from './append-lane.ts';
import type { LogReader } from './log-reader.ts';

/** What this adapter keeps on the server for itself. No reader of the log is shown it. */
export const OWN_STREAM = 'onhand.log';
const BEGUN = 'LogBegun';

const TRIES_MAX = 5;
const PAUSE_MS = 100;

interface LogBegun {
  readonly id: string;
}

/** Tells this log from all others: written by the first who opens it. Throws StoreUnavailable. */
export async function identityOf(reader: LogReader, lane: AppendLane): Promise<string> {
  for (let tries = 1; ; tries++) {
    const [first] = await reader.readStream(OWN_STREAM, 0, 1);
    if (first !== undefined) return (first as RecordedEvent<LogBegun>).data.id;
    const begun = jsonEvent({ type: BEGUN, data: { id: randomUUID() } });
    const reply = await lane.append(OWN_STREAM, NO_STREAM, [begun]);
    if (reply.outcome === 'written') return begun.data.id;
    // Another process was faster, or nobody knows: what is there in the end counts.
    if (tries < TRIES_MAX) await pause(PAUSE_MS * tries);
    else if (reply.outcome === 'unknown') {
      throw new StoreUnavailable('The event store does not take what we write.', { cause: reply.cause });
    }
  }
}

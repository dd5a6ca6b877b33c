import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from './event-store.faults.ts';
import type { AppendOutcome, EventStore, NewEvent } from './event-store.port.ts';

/** An outcome that leaves nothing open. */
export type SureOutcome = Exclude<AppendOutcome, { readonly outcome: 'unknown' }>;

const UNKNOWN_RETRIES_MAX = 8;
const FIRST_PAUSE_MS = 20;

/**
 * Appends until it is known whether it was written: with the same ids at the same revision, trying again
 * writes nothing twice. Throws StoreUnavailable where that stays unknown, and what the store throws.
 */
export async function appendSurely(
  store: EventStore,
  stream: string,
  expectedRevision: number,
  events: readonly NewEvent[],
): Promise<SureOutcome> {
  for (let retry = 0; ; retry++) {
    const outcome = await store.append(stream, expectedRevision, events);
    if (outcome.outcome !== 'unknown') return outcome;
    if (retry === UNKNOWN_RETRIES_MAX) {
      throw new StoreUnavailable(`${stream}: not known to be written.`, { cause: outcome.cause });
    }
    await pause(FIRST_PAUSE_MS * 2 ** retry);
  }
}

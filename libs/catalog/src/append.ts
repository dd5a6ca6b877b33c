import { setTimeout as pause } from 'node:timers/promises';
import { type AppendOutcome, type EventStore, type NewEvent, StoreUnavailable } from '#event-store';

type Known = Exclude<AppendOutcome, { outcome: 'unknown' }>;

const TRIES_MAX = 10;
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
): Promise<Known> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await store.append(stream, expectedRevision, events);
    if (outcome.outcome !== 'unknown') return outcome;
    if (attempt === TRIES_MAX) throw new StoreUnavailable(`${stream}: not known to be written`, outcome);
    await pause(FIRST_PAUSE_MS * 2 ** attempt);
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from './event-store.faults.ts';
import type { AppendOutcome, EventStore, NewEvent } from './event-store.port.ts';

/** An outcome that leaves nothing open. */
export type SureOutcome = Exclude<AppendOutcome, { readonly outcome: 'unknown' }>;

const UNKNOWN_RETRIES_MAX = 8;
const FIRST_PAUSE_MS = 20;
/** Whoever waits hears of it by about then: longer than a cluster needs to choose another leader. */
const UNKNOWN_MS_MAX = 10_000;

/**
 * Appends until it is known whether it was written: with the same ids at the same revision, trying again
 * writes nothing twice. Throws StoreUnavailable where that stays unknown, and what the store throws.
 */
export function appendSurely(
  store: EventStore,
  stream: string,
  expectedRevision: number,
  events: readonly NewEvent[],
): Promise<SureOutcome> {
  // Nearly every append is sure at once: no more than one promise for those.
  return store.append(stream, expectedRevision, events).then((outcome) => {
    if (outcome.outcome !== 'unknown') return outcome;
    return untilSure(() => store.append(stream, expectedRevision, events), stream, outcome.cause);
  });
}

async function untilSure(
  append: () => Promise<AppendOutcome>,
  stream: string,
  cause: unknown,
): Promise<SureOutcome> {
  const startedAt = performance.now();
  for (let retry = 0; retry < UNKNOWN_RETRIES_MAX; retry++) {
    if (performance.now() - startedAt > UNKNOWN_MS_MAX) break;
    await pause(FIRST_PAUSE_MS * 2 ** retry);
    const outcome = await append();
    if (outcome.outcome !== 'unknown') return outcome;
    cause = outcome.cause;
  }
  throw new StoreUnavailable(`${stream}: not known to be written.`, { cause });
}

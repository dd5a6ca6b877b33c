import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from './event-store.faults.ts';
import type { Append, AppendOutcome, EventStore, NewEvent } from './event-store.port.ts';

/** An outcome that is certain. */
export type SureOutcome = Exclude<AppendOutcome, { readonly outcome: 'unknown' }>;

const UNKNOWN_RETRIES_MAX = 8;
const FIRST_PAUSE_MS = 20;
/** How long an unknown outcome is resolved for: longer than a cluster needs to elect another leader. */
const UNKNOWN_MS_MAX = 10_000;

/**
 * Appends until it is known whether it was written: with the same ids at the same revision a retry writes nothing twice.
 * Throws StoreUnavailable if that stays unknown, and what the store throws.
 */
export function appendSurely(
  store: EventStore,
  stream: string,
  expectedRevision: number,
  events: readonly NewEvent[],
): Promise<SureOutcome> {
  // Nearly every append is certain at once: those should cost only one promise.
  return store.append(stream, expectedRevision, events).then((outcome) => {
    if (outcome.outcome !== 'unknown') return outcome;
    return untilSure(() => store.append(stream, expectedRevision, events), stream, outcome.cause);
  });
}

/** The same for many appends at once: only those with an unknown outcome are tried again, each by itself. */
export async function appendManySurely(
  store: EventStore,
  appends: readonly Append[],
): Promise<readonly SureOutcome[]> {
  const outcomes = await store.appendMany(appends);
  for (const { outcome } of outcomes) if (outcome === 'unknown') return allSurely(store, appends, outcomes);
  return outcomes as readonly SureOutcome[];
}

async function allSurely(
  store: EventStore,
  appends: readonly Append[],
  outcomes: readonly AppendOutcome[],
): Promise<SureOutcome[]> {
  const tried = await Promise.allSettled(
    outcomes.map(async (outcome, index) => {
      if (outcome.outcome !== 'unknown') return outcome;
      const { stream, expectedRevision, events } = appends[index]!;
      return untilSure(() => store.append(stream, expectedRevision, events), stream, outcome.cause);
    }),
  );
  return tried.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
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
  throw new StoreUnavailable(`${stream}: it is not known whether the event was written.`, { cause });
}

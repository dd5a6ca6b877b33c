import { randomUUID } from 'node:crypto';
import {
  appendSurely,
  AppendTooLarge,
  type EventStore,
  StoreUnavailable,
  type SureOutcome,
} from '#event-store';
import { evolveTold, type JournalEvent, type ToldStream } from '#inventory';
import type { Written } from './outcome.ts';
import type { ToldStreams } from './told-streams.ts';

/** How often another process may record something in the same stream first. */
export const RACES_MAX = 100;

/**
 * Appends the event that is decided on the present state of the stream; returns undefined if there is none. Callers
 * give each stream one turn at a time.
 */
export async function changeStream(
  { store, streams }: { readonly store: EventStore; readonly streams: ToldStreams },
  stream: string,
  decide: (told: ToldStream) => Promise<JournalEvent | undefined> | JournalEvent | undefined,
): Promise<Written | 'too large' | undefined> {
  for (let races = 0; races < RACES_MAX; races++) {
    const told = await streams.read(stream);
    const event = await decide(told);
    if (event === undefined) {
      if (told.revision >= 0) streams.put(stream, told);
      return undefined;
    }
    const outcome = await appendOne(store, stream, told.revision, event);
    if (outcome === 'too large') return outcome;
    if (outcome.outcome === 'conflict') continue;
    const written = { position: outcome.positions[0]!, recordedAt: outcome.recordedAt };
    evolveTold(told, event, { revision: outcome.revision, ...written });
    streams.put(stream, told);
    return written;
  }
  throw new StoreUnavailable(`${stream}: lost the append race ${RACES_MAX} times.`);
}

async function appendOne(
  store: EventStore,
  stream: string,
  revision: number,
  event: JournalEvent,
): Promise<SureOutcome | 'too large'> {
  try {
    return await appendSurely(store, stream, revision, [{ id: randomUUID(), ...event }]);
  } catch (fault) {
    if (fault instanceof AppendTooLarge) return 'too large';
    throw fault;
  }
}

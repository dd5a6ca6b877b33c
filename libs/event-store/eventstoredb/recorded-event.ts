import type { AllStreamResolvedEvent, Position, ResolvedEvent } from '@eventstore/db-client';
import type { RecordedEvent } from '../src/index.ts';
import { OWN_STREAM } from './own-stream.ts';
import type { RecordedTimes } from './recorded-times.ts';

type Told = ResolvedEvent | AllStreamResolvedEvent;

/** False for the server's own (`$settings`, `$$item-1`, `$stats-…`), and for what the adapter keeps for itself. */
export const isOurs = ({ event }: Told): boolean =>
  event !== undefined && event.streamId[0] !== '$' && event.streamId !== OWN_STREAM;

/**
 * Where an event stands: commit and prepare position are one in all that this server writes, and the commit
 * position alone is ours.
 */
export const positionOf = ({ event, commitPosition }: Told): Position => {
  const position = event?.position ?? { commit: commitPosition ?? 0n, prepare: commitPosition ?? 0n };
  return position;
};

/** As the port knows it; its time is not before `floor`. */
export function toRecorded(told: Told, times: RecordedTimes, floor?: number): RecordedEvent {
  const { id, streamId, revision, type, data, created } = told.event!;
  const position = Number(positionOf(told).commit);
  return {
    id,
    stream: streamId,
    revision: Number(revision),
    position,
    type,
    data: data as object,
    recordedAt: times.of(position, created.getTime(), floor),
  };
}

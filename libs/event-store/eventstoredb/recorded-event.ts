import type { AllStreamResolvedEvent, Position, ResolvedEvent } from '@eventstore/db-client';
import type { RecordedEvent } from '../src/index.ts';
import { type CopiedMetadata, type CopiedRange, NOTHING_COPIED } from './copied-range.ts';
import { OWN_STREAM } from './own-stream.ts';
import { RecordedTimes } from './recorded-times.ts';

export type Told = ResolvedEvent | AllStreamResolvedEvent;

/**
 * False for the server's own events, and for those of the adapter's own stream. The server's are in streams of its own
 * (`$settings`, `$$item-1`, `$stats-…`), but for the `$streamDeleted` that it puts into a stream that was deleted for good.
 */
export const isOurs = ({ event }: Told): boolean =>
  event !== undefined && event.streamId[0] !== '$' && event.type[0] !== '$' && event.streamId !== OWN_STREAM;

/** The event's position on the server. Commit and prepare position are the same in all that these servers write. */
export const positionOf = ({ event, commitPosition }: Told): Position => {
  const position = event?.position ?? { commit: commitPosition ?? 0n, prepare: commitPosition ?? 0n };
  return position;
};

/** Converts the server's events to the port's. */
export class RecordedEvents {
  readonly #times = new RecordedTimes();
  /** Set once, before anything is read for others. */
  copied: CopiedRange = NOTHING_COPIED;

  /**
   * Its time is at least `floor`. Its position is the server's commit position, increased to be beyond what was copied; a
   * copied event has its original position and time in its metadata.
   */
  of(told: Told, floor?: number): RecordedEvent {
    const { id, streamId: stream, revision, type, data, created, metadata } = told.event!;
    const commit = Number(positionOf(told).commit);
    const event = { id, stream, revision: Number(revision), type, data: data as object };
    if (commit < this.copied.end && isOurs(told))
      return { ...event, ...(metadata as unknown as CopiedMetadata) };
    const position = commit + this.copied.offset;
    return { ...event, position, recordedAt: this.#times.of(position, created.getTime(), floor) };
  }
}

import type { AllStreamResolvedEvent, Position, ResolvedEvent } from '@eventstore/db-client';
import type { RecordedEvent } from '../src/index.ts';
import { type CopiedMetadata, type CopiedRange, NOTHING_COPIED } from './copied-range.ts';
import { OWN_STREAM } from './own-stream.ts';
import { RecordedTimes } from './recorded-times.ts';

export type Told = ResolvedEvent | AllStreamResolvedEvent;

/** False for the server's own (`$settings`, `$$item-1`, `$stats-…`), and for what the adapter keeps for itself. */
export const isOurs = ({ event }: Told): boolean =>
  event !== undefined && event.streamId[0] !== '$' && event.streamId !== OWN_STREAM;

/** Where an event stands on the server. Commit and prepare position are one in all that this server writes. */
export const positionOf = ({ event, commitPosition }: Told): Position => {
  const position = event?.position ?? { commit: commitPosition ?? 0n, prepare: commitPosition ?? 0n };
  return position;
};

/** Makes the port's events of the server's. */
export class RecordedEvents {
  readonly #times = new RecordedTimes();
  /** Set once, before anything is read for others. */
  copied: CopiedRange = NOTHING_COPIED;

  /**
   * As the port knows it; its time is not before `floor`. Its position is the server's commit position, moved up
   * beyond what was copied; a copied event brings its own, and its time.
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

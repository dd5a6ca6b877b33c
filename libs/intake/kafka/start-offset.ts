import type { EventStore } from '#event-store';
import type { Instant } from '#kernel';

/** What is known of a partition before it is read. */
export interface KnownOffsets {
  /** What the group has committed at the brokers; absent if nothing, or if they have forgotten it. */
  readonly committed?: {
    readonly next: number;
    /** False if it was committed for events that this log does not have: the log is an older one, or another. */
    readonly isOfThisLog: boolean;
    /** Absent if it was set by hand. */
    readonly mark?: LogMark | undefined;
  };
  /** What the log itself says. */
  readonly own?: number;
  /** The partition's first offset, and the one that the next record will have. */
  readonly low: number;
  readonly high: number;
  /** Offset of the first record that is newer than all that we have read, or the end; absent if it was not asked for. */
  readonly newer?: number;
}

interface StartOffset {
  readonly next: number;
  /** What an operator should know about it. */
  readonly alarm?: string;
}

/** Where to begin: never after a record that this log has not taken. To begin too early only makes duplicates. */
export function startOffset({ committed, own, low, high, newer }: KnownOffsets): StartOffset {
  const isOlderLog = committed !== undefined && !committed.isOfThisLog;
  const wanted = committed?.isOfThisLog === true ? committed.next : (own ?? low);
  if (wanted < low) {
    return { next: low, alarm: `${low - wanted} records were deleted before they were read` };
  }
  if (wanted > high) {
    return {
      next: low,
      alarm: `it ends at offset ${high}, before ${wanted}, where reading should go on: it was recreated, and is read from its start`,
    };
  }
  if (newer !== undefined && newer < wanted) {
    return {
      next: low,
      alarm: `the record at ${newer}, before ${wanted}, is newer than everything read so far: the topic was recreated, and is read from its start`,
    };
  }
  if (isOlderLog && wanted !== committed.next) {
    const alarm = `offset ${committed.next} was committed, but this log does not hold what came before it: it is read again from ${wanted}`;
    return { next: wanted, alarm };
  }
  return { next: wanted };
}

/** Where in the log the committed messages are. */
export interface LogMark {
  readonly position: number;
  readonly recordedAt: Instant;
}

/** The metadata committed with an offset. */
export const markText = ({ position, recordedAt }: LogMark): string => `${position}@${recordedAt}`;

/** Undefined if there is none, as when the offset was set by hand. */
export function markOf(text: string | null | undefined): LogMark | undefined {
  const [, position, recordedAt] = /^(\d+)@(\d+)$/.exec(text ?? '') ?? [];
  return position === undefined ? undefined : { position: Number(position), recordedAt: Number(recordedAt) };
}

/**
 * True if the log has the event that the mark names. An offset without a mark was set by hand, and so on purpose: it counts
 * as ours.
 */
export async function hasMark(store: EventStore, text: string | null | undefined): Promise<boolean> {
  const mark = markOf(text);
  return mark === undefined || (await store.eventAt(mark.position))?.recordedAt === mark.recordedAt;
}

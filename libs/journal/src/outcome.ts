import type { Instant } from '#kernel';
import {
  type ExceptionKind,
  type FactRecorded,
  lineNameOf,
  type ParkedCode,
  type Rejection,
} from '#inventory';

/** How one message ended: in exactly one of four ways, and durably before the answer. */
export interface Outcome {
  readonly outcome: 'accepted' | 'duplicate' | 'parked' | 'rejected';
  /** As far as they could be read. */
  readonly source?: string;
  readonly id?: string;
  /** Of the event that records it; for a duplicate, of the event that recorded the first copy. */
  readonly position: number;
  readonly recordedAt: Instant;
  /** Lines that wait for the catalog. */
  readonly parked?: readonly ParkedWord[];
  /** Flags of its own order or document, as known now. */
  readonly flags?: readonly ExceptionKind[];
  /** Why it was rejected. */
  readonly error?: Rejection;
}

interface ParkedWord {
  readonly line: string;
  readonly code: ParkedCode;
  readonly detail: string;
}

/** Where a fact was written. */
export interface Written {
  readonly position: number;
  readonly recordedAt: Instant;
}

export function recordedOutcome(
  { message, parked, flags }: FactRecorded,
  { position, recordedAt }: Written,
): Outcome {
  const { source, id } = message;
  if (parked.length === 0) return { outcome: 'accepted', source, id, position, recordedAt, flags };
  const waiting = parked.map(({ index, code, detail }) => ({
    line: lineNameOf(message, index),
    code,
    detail,
  }));
  return { outcome: 'parked', source, id, position, recordedAt, parked: waiting, flags };
}

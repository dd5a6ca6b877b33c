import type { MessageRejected } from '#inventory';
import type { Instant } from '#kernel';
import { emptyGaps, type SequenceGaps } from './sequence-gaps.ts';

/** Rows of the journal book's shelves: plain JSON. */

/** One line that waits, by its key. */
export interface ParkedRow {
  readonly stream: string;
  readonly source: string;
  readonly messageId: string;
  /** Of the line in its message. */
  readonly index: number;
  /** Its name in the message. */
  readonly line: string;
  readonly code: string;
  readonly detail: string;
  readonly waitsFor: readonly string[];
  readonly recordedAt: Instant;
}

/** A message with lines that wait: its words are kept once, however many lines they are. */
export interface ParkedMessageRow {
  readonly position: number;
  readonly raw: string;
  readonly rawEncoding: 'utf8' | 'base64';
  waitingLines: number;
  /** Some line of it was posted after all. */
  wasReleased?: true;
}

/** A message that was refused, or one line of it once its item was known. */
export interface RejectedRow extends Omit<MessageRejected, 'sequence' | 'door'> {
  readonly line?: string;
  /** Where it came in; absent for a line that was parked before. */
  readonly door?: string;
  readonly recordedAt: Instant;
}

/** What became of messages, as each was answered. */
export interface MessageSums {
  accepted: number;
  duplicate: number;
  parked: number;
  rejected: number;
}

/** Of one source's messages. */
export interface SourceRow extends MessageSums {
  /** Of those parked: how many wait no more, and had a line posted. */
  released: number;
  readonly gaps: SequenceGaps;
}

export const noMessages = (): MessageSums => ({ accepted: 0, duplicate: 0, parked: 0, rejected: 0 });
export const emptySourceRow = (): SourceRow => ({ ...noMessages(), released: 0, gaps: emptyGaps() });

const POSITION_DIGITS = 16;
const INDEX_DIGITS = 4;

/** Keys in the order of the log, then of the lines. */
export const rowKey = (position: number, index: number): string =>
  `${String(position).padStart(POSITION_DIGITS, '0')}-${String(index).padStart(INDEX_DIGITS, '0')}`;

/** How a row is called outside: `{position}-{index}`. */
export const idOfKey = (key: string): string => {
  const [position, index] = key.split('-');
  return `${Number(position)}-${Number(index)}`;
};

/** Undefined for what is no id of ours. */
export function keyOfId(id: string): string | undefined {
  const [, position, index] = /^(\d{1,16})-(\d{1,4})$/.exec(id) ?? [];
  return position === undefined || index === undefined ? undefined : rowKey(Number(position), Number(index));
}

import type { MessageRejected } from '#inventory';
import type { Instant } from '#kernel';
import { emptyGaps, type SequenceGaps } from './sequence-gaps.ts';

/** The rows of the journal book's shelves: plain JSON. */

/** Names a message that has parked lines. */
export interface ParkedMessageName {
  readonly stream: string;
  readonly source: string;
  readonly messageId: string;
}

/** Names a parked line. */
export interface ParkedLineName extends ParkedMessageName {
  /** Index of the line in its message. */
  readonly index: number;
}

/** One parked line. */
export interface ParkedRow extends ParkedLineName {
  /** Its name in the message. */
  readonly line: string;
  readonly code: string;
  readonly detail: string;
  readonly waitsFor: readonly string[];
  readonly recordedAt: Instant;
}

/** A message with parked lines: its raw text is kept once, however many lines these are. */
export interface ParkedMessageRow {
  readonly position: number;
  readonly raw: string;
  readonly rawEncoding: 'utf8' | 'base64';
  waitingLines: number;
  /** True if a line of it was posted after all. */
  wasReleased?: true;
}

/** A message that was refused; or a parked line that was refused once its item was known. */
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

/** The counts of one source's messages. */
export interface SourceRow extends MessageSums {
  /** How many of the parked messages no longer wait, and had a line posted. */
  released: number;
  readonly gaps: SequenceGaps;
}

export const noMessages = (): MessageSums => ({ accepted: 0, duplicate: 0, parked: 0, rejected: 0 });
export const emptySourceRow = (): SourceRow => ({ ...noMessages(), released: 0, gaps: emptyGaps() });

/** Unambiguous: no id has a line break. */
export const messageKey = ({ stream, source, messageId }: ParkedMessageName): string =>
  `${stream}\n${source}:${messageId}`;

const POSITION_DIGITS = 16;
const INDEX_DIGITS = 4;

/** Keys that sort by log position, then by line. */
export const rowKey = (position: number, index: number): string =>
  `${String(position).padStart(POSITION_DIGITS, '0')}-${String(index).padStart(INDEX_DIGITS, '0')}`;

/** A row's id for callers: `{position}-{index}`. */
export const idOfKey = (key: string): string => {
  const [position, index] = key.split('-');
  return `${Number(position)}-${Number(index)}`;
};

/** Undefined if it is not such an id. */
export function keyOfId(id: string): string | undefined {
  const [, position, index] = /^(\d{1,16})-(\d{1,4})$/.exec(id) ?? [];
  return position === undefined || index === undefined ? undefined : rowKey(Number(position), Number(index));
}

import type { Arrival, IntakeEvent, Message, Rejection } from '#inventory';
import { rawWords } from './raw-words.ts';

/** How much is kept of text that may be anything, because the message was refused; its raw bytes have the rest. */
const WORD_CHARACTERS_MAX = 500;
/** The most ids in one event. */
const REPEATED_IDS_MAX = 1_000;
/**
 * Codes of messages that name another source: its sequence number says nothing about the one they are counted under.
 */
const FOREIGN_CODES: ReadonlySet<string> = new Set(['CHANNEL_MISMATCH', 'UNKNOWN_SOURCE']);

/** The event of a message that was refused, with its raw bytes. */
export function rejectedEvent(
  arrival: Arrival,
  rejection: Rejection,
  { countedUnder, door }: { readonly countedUnder: string; readonly door: string },
): IntakeEvent {
  const { id, sequence } = 'message' in arrival ? arrival.message : arrival;
  const { text, encoding, cutFromBytes } = rawWords(arrival.raw);
  const { code, detail, pointer, hint } = rejection;
  const data = {
    source: countedUnder,
    ...(id !== undefined && { messageId: cut(id) }),
    ...(sequence !== undefined && !FOREIGN_CODES.has(code) && { sequence }),
    code,
    detail: cut(detail),
    ...(pointer !== undefined && { pointer: cut(pointer) }),
    ...(hint !== undefined && { hint: cut(hint) }),
    raw: text,
    rawEncoding: encoding,
    ...(cutFromBytes !== undefined && { cutFromBytes }),
    door,
  };
  return { type: 'MessageRejected', data };
}

/** The events of messages of one source that were told before. */
export function repeatedEvents(source: string, messages: readonly Message[]): IntakeEvent[] {
  const events: IntakeEvent[] = [];
  for (let start = 0; start < messages.length; start += REPEATED_IDS_MAX) {
    const part = messages.slice(start, start + REPEATED_IDS_MAX);
    const ids = part.map(({ id }) => id);
    const sequences = part.map(({ sequence }) => sequence).filter((sequence) => sequence !== undefined);
    events.push({ type: 'MessagesRepeated', data: { source, ids, sequences } });
  }
  return events;
}

const cut = (words: string): string => words.slice(0, WORD_CHARACTERS_MAX).toWellFormed();

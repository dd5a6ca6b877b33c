import { type Entry, EXCEPTION_KINDS, type ExceptionKind } from '../entry.ts';
import type { FactRecorded, ParkedLinesReleased } from '../journal-event.ts';
import type { Message } from '../message.ts';
import { deriveOrder } from '../order/derive-order.ts';
import { orderEntries, orderFlags } from '../order/order-entries.ts';
import { orderFactOf } from '../order/order-fact.ts';
import { orderOf } from '../order/order-view.ts';
import type { Rejection } from '../rejection.ts';
import { documentEntries } from './document-entries.ts';
import type { ReleasedLines, ResolvedMessage } from './resolve-message.ts';
import { isSameContent } from './same-content.ts';
import { factKeyOf, isOrderMessage, isTransferMessage } from './told-message.ts';
import {
  heldLines,
  type HeldLine,
  type ToldFact,
  toldFact,
  type ToldStream,
  withReleased,
} from './told-stream.ts';
import { overReceiptFlags, overReceipts, transferMoves } from './transfer-entries.ts';
import { shown } from './words.ts';

/** Lines told of one order or transfer over all its messages: each new one is derived from all of them. */
export const TOLD_LINES_MAX = 20_000;

/** What is known of a message beside its words when it is put to its stream. */
export interface Reading {
  readonly message: Message;
  readonly resolved: ResolvedMessage;
  /** Its source is a channel, not a warehouse. */
  readonly isByChannel: boolean;
}

/** What came of putting a message to its stream. */
export type FactDecision =
  | { readonly outcome: 'recorded'; readonly data: FactRecorded }
  | { readonly outcome: 'repeated'; readonly fact: ToldFact }
  | { readonly outcome: 'rejected'; readonly rejection: Rejection };

/**
 * A message is recorded once. The same name and content again is a repeat, whatever the catalog says of it
 * now; other content under the name is refused. A fact is never refused for its order or for lack of stock.
 */
export function recordFact(told: ToldStream, reading: Reading): FactDecision {
  const { message, resolved } = reading;
  const known = toldFact(told, message.source, message.id);
  if (known !== undefined) {
    if (isSameContent(known.message, message)) return { outcome: 'repeated', fact: known };
    return { outcome: 'rejected', rejection: idReused(message) };
  }
  if (resolved.refused !== undefined) return { outcome: 'rejected', rejection: resolved.refused };
  const isDerived = isOrderMessage(message) || isTransferMessage(message);
  if (isDerived && told.lineCount >= TOLD_LINES_MAX)
    return { outcome: 'rejected', rejection: tooManyLines() };

  const { lines, parked } = resolved;
  const fact = unplaced(message, heldLines(lines, told.revision + 1), parked);
  const { entries, flags } = effectOf(told, fact, fact.lines, reading);
  return { outcome: 'recorded', data: { message, lines, parked, entries, flags } };
}

/** Parked lines that now resolve, as the event that posts them; undefined where all of them still wait. */
export function releaseLines(
  told: ToldStream,
  fact: ToldFact,
  released: ReleasedLines,
  isByChannel: boolean,
): ParkedLinesReleased | undefined {
  if (released.lines.length === 0 && released.refused.length === 0) return undefined;
  const { source, id } = fact.message;
  const lines = heldLines(released.lines, told.revision + 1);
  const gone = new Set([...released.lines, ...released.refused].map(({ index }) => index));
  const after = withReleased(fact, lines, gone);
  const rejected = released.refused.map(({ index, rejection: { code, detail } }) => ({
    index,
    code,
    detail,
  }));
  const reading = { message: fact.message, resolved: released, isByChannel };
  return { source, id, lines: released.lines, rejected, ...effectOf(told, after, lines, reading) };
}

interface Effect {
  readonly entries: readonly Entry[];
  readonly flags: readonly ExceptionKind[];
}

/** What `fact` does to stock as it now stands, of which `lines` are new. */
function effectOf(
  told: ToldStream,
  fact: ToldFact,
  lines: readonly HeldLine[],
  {
    message,
    isByChannel,
    resolved,
  }: { readonly isByChannel: boolean; message: Message; resolved: { isInactive: boolean } },
): Effect {
  const { entries, flags } = isOrderMessage(message)
    ? orderEffect(told, fact)
    : isTransferMessage(message)
      ? transferEffect(told, fact, lines)
      : documentEffect(told, fact, lines, isByChannel);
  if (!resolved.isInactive) return { entries, flags };
  return {
    entries,
    flags: EXCEPTION_KINDS.filter((kind) => kind === 'inactive-location' || flags.includes(kind)),
  };
}

function orderEffect(told: ToldStream, fact: ToldFact): Effect {
  const before = orderOf(told);
  const orderFact = orderFactOf(fact);
  const after = deriveOrder([...othersThan(told, fact).map(orderFactOf), orderFact]);
  return { entries: orderEntries(before, after, orderFact), flags: orderFlags(after) };
}

function transferEffect(told: ToldStream, fact: ToldFact, lines: readonly HeldLine[]): Effect {
  const { message } = fact;
  if (!isTransferMessage(message)) return { entries: [], flags: [] };
  const after = overReceipts([...othersThan(told, fact), fact]);
  const { transferId } = message.data;
  const flags = overReceiptFlags(overReceipts(told.facts), after, { key: factKeyOf(message), transferId });
  return {
    entries: [...transferMoves(message, lines), ...flags],
    flags: after.size > 0 ? ['over-receipt'] : [],
  };
}

const NO_FLAGS: readonly ExceptionKind[] = [];

function documentEffect(
  told: ToldStream,
  fact: ToldFact,
  lines: readonly HeldLine[],
  isByChannel: boolean,
): Effect {
  const { message, lines: all } = fact;
  if (isOrderMessage(message) || isTransferMessage(message)) return { entries: [], flags: NO_FLAGS };
  const context = { lines, all, isByChannel, facts: told.facts };
  return { entries: documentEntries(message, context), flags: NO_FLAGS };
}

/** All facts but the one of this name. */
const othersThan = (told: ToldStream, { message }: ToldFact): readonly ToldFact[] =>
  told.facts.filter(({ message: other }) => other.id !== message.id || other.source !== message.source);

/** A fact that has no place in the log yet. */
const unplaced = (message: Message, lines: readonly HeldLine[], parked: ToldFact['parked']): ToldFact => ({
  message,
  lines,
  parked,
  position: 0,
  recordedAt: 0,
  flags: NO_FLAGS,
});

const idReused = ({ source, id }: Message): Rejection => ({
  code: 'ID_REUSED_WITH_DIFFERENT_CONTENT',
  detail: `${shown(source)} has told ${shown(id)} of it before, with other content. Tell a new fact under a new id.`,
  pointer: '/id',
});

const tooManyLines = (): Rejection => ({
  code: 'TOO_MANY_LINES',
  detail: `More than ${TOLD_LINES_MAX} lines were told of it in all. Go on under a new id.`,
  pointer: '/data/lines',
});

import { EXCEPTION_KINDS, type ExceptionKind, type Open } from '../entry.ts';
import type { FactRecorded, ParkedLinesReleased } from '../journal-event.ts';
import type { Message } from '../message.ts';
import { deriveOrder } from '../order/derive-order.ts';
import { isNewest, openPastEntries } from '../order/open-past.ts';
import { type Effect, orderEffect } from '../order/order-entries.ts';
import { orderFactOf } from '../order/order-fact.ts';
import { orderOf } from '../order/order-view.ts';
import type { Rejection } from '../rejection.ts';
import { documentEntries } from './document-entries.ts';
import type { ReleasedLines, ResolvedMessage } from './resolve-message.ts';
import { isMoreThanExpected } from './more-than-expected.ts';
import { isSameContent } from './same-content.ts';
import { checkAmounts } from './told-amounts.ts';
import {
  type DocumentMessage,
  factKeyOf,
  isOrderMessage,
  isTransferMessage,
  type TransferMessage,
} from './told-message.ts';
import {
  factOf,
  heldLines,
  type HeldLine,
  type ToldFact,
  toldFact,
  type ToldStream,
  withReleased,
} from './told-stream.ts';
import { overReceiptFlags, overReceipts, transferMoves } from './transfer-entries.ts';
import { shown } from './words.ts';

/** The most lines of one order or transfer over all its messages: each new message is decided on all of them. */
export const TOLD_LINES_MAX = 20_000;

/** A message, and what else is known of it when it is put to its stream. */
export interface Reading {
  readonly message: Message;
  readonly resolved: ResolvedMessage;
  /** Its source is a channel, not a warehouse. */
  readonly isByChannel: boolean;
}

interface Rejected {
  readonly outcome: 'rejected';
  readonly rejection: Rejection;
}

/** What comes of a message whose name has been used before. */
export type Repeat = { readonly outcome: 'repeated'; readonly fact: ToldFact } | Rejected;

/** What came of putting a message to its stream. */
export type FactDecision = { readonly outcome: 'recorded'; readonly data: FactRecorded } | Repeat;

/** Undefined if its name has not been used before. */
export function repeatOf(told: ToldStream, message: Message): Repeat | undefined {
  const known = toldFact(told, message.source, message.id);
  if (known === undefined) return undefined;
  if (isSameContent(known.message, message)) return { outcome: 'repeated', fact: known };
  return { outcome: 'rejected', rejection: idReused(message) };
}

/**
 * A message is recorded once. The same name and content again is a repeat, whatever the catalog says of it
 * now; other content under the name is refused. A fact is never refused for arriving out of order or for lack of stock.
 */
export function recordFact(told: ToldStream, reading: Reading): FactDecision {
  const { message, resolved, isByChannel } = reading;
  const repeat = repeatOf(told, message);
  if (repeat !== undefined) return repeat;
  if (resolved.refused !== undefined) return { outcome: 'rejected', rejection: resolved.refused };
  const isDerived = isOrderMessage(message) || isTransferMessage(message);
  if (isDerived && told.lineCount >= TOLD_LINES_MAX)
    return { outcome: 'rejected', rejection: tooManyLines() };
  const refused = checkAmounts(told, message, resolved);
  if (refused !== undefined) return { outcome: 'rejected', rejection: refused };

  const { lines, parked, isInactive } = resolved;
  const revision = told.revision + 1;
  const fact = factOf({ message, lines, parked, entries: [], flags: NO_FLAGS }, { ...NOWHERE, revision });
  const { entries, flags } = effectOf({ told, fact, lines: fact.lines, isByChannel, isInactive });
  return { outcome: 'recorded', data: { message, lines, parked, entries, flags } };
}

/** Parked lines that now resolve, as the event that posts them; undefined if all of them still wait. */
export function releaseLines(
  told: ToldStream,
  fact: ToldFact,
  released: Omit<ReleasedLines, 'waiting'>,
  isByChannel: boolean,
): ParkedLinesReleased | undefined {
  if (released.lines.length === 0 && released.refused.length === 0) return undefined;
  const { source, id } = fact.message;
  const lines = heldLines(released.lines, told.revision + 1);
  const gone = new Set([...released.lines, ...released.refused].map(({ index }) => index));
  const rejected = released.refused.map(({ index, rejection: { code, detail } }) => ({
    index,
    code,
    detail,
  }));
  const after = withReleased(fact, lines, gone);
  const { isInactive } = released;
  const effect = effectOf({ told, fact: after, before: fact, lines, isByChannel, isInactive });
  return { source, id, lines: released.lines, rejected, ...effect };
}

/** A fact that is being recorded, or whose parked lines are being released. */
interface Step {
  readonly told: ToldStream;
  /** The fact with `lines`, which are new. */
  readonly fact: ToldFact;
  readonly lines: readonly HeldLine[];
  /** The fact as it was while they were parked. */
  readonly before?: ToldFact;
  readonly isByChannel: boolean;
  readonly isInactive: boolean;
}

/** What a step does to stock. */
function effectOf(step: Step): Effect {
  const { message } = step.fact;
  const { entries, flags } = isOrderMessage(message)
    ? effectOnOrder(step)
    : isTransferMessage(message)
      ? effectOnTransfer(step, message)
      : effectOfDocument(step, message);
  if (!step.isInactive) return { entries, flags };
  return {
    entries,
    flags: EXCEPTION_KINDS.filter((kind) => kind === 'inactive-location' || flags.includes(kind)),
  };
}

function effectOnOrder({ told, fact }: Step): Effect {
  const orderFact = orderFactOf(fact);
  const facts = [...othersThan(told, fact).map(orderFactOf), orderFact];
  const { announced } = told;
  const effect = orderEffect(
    { before: orderOf(told), posted: told.opens ?? NO_OPENS },
    deriveOrder(facts, announced),
    orderFact,
  );
  if (isNewest(orderFact, facts)) return effect;
  const past = openPastEntries(told.facts.map(orderFactOf), facts, orderFact, announced);
  // A promise that moves now was at its present place until then: the past is corrected before it moves.
  const isMove = effect.entries.some((entry) => entry.kind === 'open' && entry.moves === true);
  const entries = isMove ? [...past, ...effect.entries] : [...effect.entries, ...past];
  return { ...effect, entries };
}

const NO_OPENS: readonly Open[] = [];

function effectOnTransfer({ told, fact, lines }: Step, message: TransferMessage): Effect {
  const after = overReceipts([...othersThan(told, fact), fact]);
  const { transferId } = message.data;
  const flags = overReceiptFlags(overReceipts(told.facts), after, { key: factKeyOf(message), transferId });
  return {
    entries: [...transferMoves(message, lines), ...flags],
    flags: after.size > 0 ? OVER_RECEIPT : NO_FLAGS,
  };
}

function effectOfDocument(step: Step, message: DocumentMessage): Effect {
  const { lines, isByChannel } = step;
  const terms = { isByChannel, isSwept: isSweepDue(step, message) };
  return {
    entries: documentEntries(message, lines, terms),
    flags: isOverReceived(step, message) ? OVER_RECEIPT : NO_FLAGS,
  };
}

/** A document of more than TOLD_LINES_MAX lines is not searched: then only the item knows. */
const isOverReceived = ({ told, fact }: Step, { type }: DocumentMessage): boolean =>
  (type === 'stock.received' || type === 'stock.expected') &&
  told.facts.length > 0 &&
  told.lineCount < TOLD_LINES_MAX &&
  isMoreThanExpected([...othersThan(told, fact), fact]);

const NO_FLAGS: readonly ExceptionKind[] = [];
const OVER_RECEIPT: readonly ExceptionKind[] = ['over-receipt'];

/** A complete snapshot sweeps its location once, as soon as the location is known, whatever lines are still parked. */
function isSweepDue({ fact, before }: Step, message: DocumentMessage): boolean {
  if (message.type !== 'stock.snapshot' || message.data.complete !== true) return false;
  const place = `location:${message.data.location}`;
  const waits = ({ parked }: ToldFact): boolean => parked.some(({ waitsFor }) => waitsFor.includes(place));
  return before === undefined ? !waits(fact) : before.lines.length === 0 && waits(before);
}

/** All facts but the one of this name. */
const othersThan = (told: ToldStream, { message }: ToldFact): readonly ToldFact[] =>
  told.facts.filter(({ message: other }) => other.id !== message.id || other.source !== message.source);

/** For a fact that is not in the log yet. */
const NOWHERE = { position: 0, recordedAt: 0 };

const idReused = ({ source, id }: Message): Rejection => ({
  code: 'ID_REUSED_WITH_DIFFERENT_CONTENT',
  detail: `${shown(source)} has already sent the id ${shown(id)} with other content. Send a new fact under a new id.`,
  pointer: '/id',
});

const tooManyLines = (): Rejection => ({
  code: 'TOO_MANY_LINES',
  detail: `This order or document has more than ${TOLD_LINES_MAX} lines over all its messages. Continue under a new orderId or document id.`,
  pointer: '/data/lines',
});

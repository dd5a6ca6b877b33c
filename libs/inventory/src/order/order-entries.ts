import {
  CUSTOMER,
  type Entry,
  EXCEPTION_KINDS,
  type ExceptionKind,
  type FactKey,
  onHandAccount,
  type Open,
} from '../entry.ts';
import { amountsOf } from '../document/amounts.ts';
import type { OrderAnnounced } from '../journal-event.ts';
import type { OrderMessage } from '../document/told-message.ts';
import { channelOf } from '../document/told-message.ts';
import {
  effectsOf,
  type FlagEffect,
  type MoveEffect,
  type OpenEffect,
  type OrderEffects,
  postedOpens,
} from './order-effects.ts';
import type { OrderFact, OrderState } from './order-state.ts';

/** What a fact does to stock, and which kinds of flags its order or document has afterwards. */
export interface Effect {
  readonly entries: readonly Entry[];
  readonly flags: readonly ExceptionKind[];
}

/** An order before an event. */
interface Before {
  readonly before: OrderState;
  readonly posted: readonly Open[];
}

/**
 * What a fact that turned `before` into `after` does to stock: the difference, with the time and name of the
 * message that told it. What was open is taken from what was `posted`, which older rules may have named differently.
 * What is open is absolute; an earlier return that this fact corrects keeps its own key. Releases come before new
 * promises and promises before goods, so that nothing looks short in between.
 */
export function orderEffect({ before, posted }: Before, after: OrderState, fact: OrderFact): Effect {
  const from = { ...effectsOf(before), opens: postedOpens(posted) };
  const to = effectsOf(after);
  const order = { channel: channelOf(fact.message), orderId: fact.message.data.orderId };
  const entries = [
    ...openEntries(from, to, fact, order),
    ...settleEntries(from, to, { key: fact.key, order, ...shippedAt(fact.message) }),
    ...moveEntries(from, to, order),
    ...flagEntries(from, to, fact.key, order),
  ];
  return { entries, flags: to.flags.size === 0 ? NO_FLAGS : kindsOf(to) };
}

const NO_FLAGS: readonly ExceptionKind[] = [];

function kindsOf({ flags }: OrderEffects): ExceptionKind[] {
  const kinds = new Set([...flags.values()].map(({ flag }) => flag));
  return EXCEPTION_KINDS.filter((kind) => kinds.has(kind));
}

/**
 * A reservation was confirmed for an order that is not placed: its items promised that without naming lines. Lines that
 * were named before the confirmation take over their part.
 */
export function announcedEntries(
  { before, posted }: Before,
  after: OrderState,
  announced: Omit<OrderAnnounced, 'entries'> & OrderName,
): readonly Entry[] {
  const from = { ...effectsOf(before), opens: postedOpens(posted) };
  const to = effectsOf(after);
  const { channel, orderId, reservationId, confirmedAt } = announced;
  const key = { at: confirmedAt, source: channel, id: reservationId, document: orderId };
  const promised = new Map(from.promised);
  for (const line of announced.lines) {
    for (const { sku, quantity } of amountsOf(line, line.quantity)) {
      promised.set(sku, (promised.get(sku) ?? 0) + quantity);
    }
  }
  const order = { channel, orderId };
  return [
    ...changedOpens(from, to, { key, order }),
    ...settleEntries({ ...from, promised }, to, { key, order }),
  ];
}

interface OrderName {
  readonly channel: string;
  readonly orderId: string;
}

function openEntries(from: OrderEffects, to: OrderEffects, fact: OrderFact, order: OrderName): Entry[] {
  const hints = hintsOf(fact.message);
  const confirmed = 'reservationId' in hints ? new Set(fact.lines.map(({ line }) => line)) : undefined;
  return changedOpens(from, to, { key: fact.key, order, hints, ...(confirmed && { confirmed }) });
}

/** What the entries of one event have in common. */
interface Told {
  readonly key: FactKey;
  readonly order: OrderName;
  readonly near?: string;
  readonly hints?: Hints;
  /** Lines of the placing that confirms a hold. */
  readonly confirmed?: ReadonlySet<string | undefined>;
}

type Hints = Pick<Open, 'near' | 'reservationId'>;

function changedOpens(from: OrderEffects, to: OrderEffects, { key, order, hints, confirmed }: Told): Entry[] {
  const lowered: Entry[] = [];
  const raised: Entry[] = [];
  for (const [name, open] of inEither(from.opens, to.opens)) {
    const before = from.opens.get(name);
    const was = before?.quantity ?? 0;
    const quantity = to.opens.get(name)?.quantity ?? 0;
    const { sku, line } = open;
    const pin = pinOf(open, before);
    // A hold ends with the order that confirms it, even if nothing of that order is open any more.
    if (quantity === was && !pin.moves && !confirmed?.has(line)) continue;
    (quantity < was ? lowered : raised).push({
      kind: 'open',
      key,
      sku,
      ...order,
      line,
      quantity,
      ...pin,
      ...hints,
    });
  }
  return [...lowered, ...raised];
}

/** Where the channel wants it, and whether that moves what is already promised. */
function pinOf({ location, quantity }: OpenEffect, before?: OpenEffect): Pick<Open, 'location' | 'moves'> {
  if (location === undefined) return {};
  const isNews = before !== undefined && before.location !== location;
  return isNews && Math.min(before.quantity, quantity) > 0 ? { location, moves: true } : { location };
}

/** With each fact of an announced order, every announced item is told what is still promised of it without a line. */
function settleEntries(from: OrderEffects, to: OrderEffects, { key, order, near }: Told): Entry[] {
  if (from.promised.size === 0 && to.promised.size === 0) return NO_ENTRIES;
  return [...new Set([...from.promised.keys(), ...to.promised.keys()])].map((sku) => {
    const quantity = to.promised.get(sku) ?? 0;
    const left = { quantity, by: quantity - (from.promised.get(sku) ?? 0) };
    return { kind: 'settle', key, sku, ...order, left, ...(near !== undefined && { near }) };
  });
}

const NO_ENTRIES: Entry[] = [];

const shippedAt = (message: OrderMessage): Pick<Hints, 'near'> =>
  message.type === 'order.shipped' ? { near: message.data.location } : {};

/** The location it was just shipped from, or the hold it confirms. */
function hintsOf(message: OrderMessage): Hints {
  if (message.type !== 'order.placed' || message.data.reservationId === undefined) return shippedAt(message);
  return { reservationId: message.data.reservationId };
}

function moveEntries(from: OrderEffects, to: OrderEffects, order: OrderName): Entry[] {
  const entries: Entry[] = [];
  for (const [name, move] of inEither(from.moves, to.moves)) {
    const more = (to.moves.get(name)?.quantity ?? 0) - (from.moves.get(name)?.quantity ?? 0);
    if (more !== 0) entries.push(moveEntry(move, more, order));
  }
  return entries;
}

/** If it is less than before, the difference goes back the way it came. */
function moveEntry({ cause, part, sku }: MoveEffect, more: number, order: OrderName): Entry {
  const shelf = onHandAccount(part.location, part.disposition);
  const isIn = cause === 'return' ? more > 0 : more < 0;
  const sequence = part.sequence === undefined ? {} : { sequence: part.sequence };
  return {
    kind: 'move',
    key: part.key,
    sku,
    from: isIn ? CUSTOMER : shelf,
    to: isIn ? shelf : CUSTOMER,
    quantity: Math.abs(more),
    cause,
    ...order,
    ...sequence,
  };
}

function flagEntries(from: OrderEffects, to: OrderEffects, key: FactKey, order: OrderName): Entry[] {
  const entries: Entry[] = [];
  for (const [name, { flag, sku, location }] of inEither(from.flags, to.flags)) {
    const quantity = to.flags.get(name)?.quantity ?? 0;
    if (quantity === (from.flags.get(name)?.quantity ?? 0)) continue;
    const place = location === undefined ? {} : { location };
    entries.push({ kind: 'flag', key, sku, flag, ...place, ...order, quantity });
  }
  return entries;
}

/** Every name once, with its newer value if it has one. */
function inEither<Effect extends OpenEffect | MoveEffect | FlagEffect>(
  from: ReadonlyMap<string, Effect>,
  to: ReadonlyMap<string, Effect>,
): ReadonlyMap<string, Effect> {
  return from.size === 0 ? to : new Map([...from, ...to]);
}

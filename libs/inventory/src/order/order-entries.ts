import {
  CUSTOMER,
  type Entry,
  EXCEPTION_KINDS,
  type ExceptionKind,
  type FactKey,
  onHandAccount,
} from '../entry.ts';
import type { OrderMessage } from '../document/told-message.ts';
import { channelOf } from '../document/told-message.ts';
import {
  effectsOf,
  type FlagEffect,
  type MoveEffect,
  type OpenEffect,
  type OrderEffects,
} from './order-effects.ts';
import type { OrderFact, OrderState } from './order-state.ts';

/** What a fact does to stock, and which kinds of flag its order has after it. */
export interface OrderEffect {
  readonly entries: readonly Entry[];
  readonly flags: readonly ExceptionKind[];
}

/**
 * What a fact that turned `before` into `after` does to stock: the difference, with the time and name of the
 * message that told it. What is open is absolute; an earlier return that this fact corrects keeps its own key.
 * Releases come before new promises and promises before goods, so that nothing looks short in between.
 */
export function orderEffect(before: OrderState, after: OrderState, fact: OrderFact): OrderEffect {
  const from = effectsOf(before);
  const to = effectsOf(after);
  const order = { channel: channelOf(fact.message), orderId: fact.message.data.orderId };
  const entries = [
    ...openEntries(from, to, fact, order),
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

interface OrderName {
  readonly channel: string;
  readonly orderId: string;
}

function openEntries(from: OrderEffects, to: OrderEffects, fact: OrderFact, order: OrderName): Entry[] {
  const { message, key } = fact;
  const hints = hintsOf(message);
  const confirmed = 'reservationId' in hints ? new Set(fact.lines.map(({ line }) => line)) : undefined;
  const lowered: Entry[] = [];
  const raised: Entry[] = [];
  for (const [name, open] of inEither(from.opens, to.opens)) {
    const was = from.opens.get(name)?.quantity ?? 0;
    const quantity = to.opens.get(name)?.quantity ?? 0;
    // A hold ends with the order that confirms it, even if that order has nothing open any more.
    if (quantity === was && !confirmed?.has(open.line)) continue;
    const { sku, line, location } = open;
    const pin = location === undefined ? {} : { location };
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

/** Where it just shipped, or which hold it confirms. */
function hintsOf(message: OrderMessage): { readonly near?: string; readonly reservationId?: string } {
  if (message.type === 'order.shipped') return { near: message.data.location };
  if (message.type !== 'order.placed' || message.data.reservationId === undefined) return {};
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

/** Less than before goes back the way it came. */
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

/** Every name once, with its newer value where it has one. */
function inEither<Effect extends OpenEffect | MoveEffect | FlagEffect>(
  from: ReadonlyMap<string, Effect>,
  to: ReadonlyMap<string, Effect>,
): ReadonlyMap<string, Effect> {
  return from.size === 0 ? to : new Map([...from, ...to]);
}

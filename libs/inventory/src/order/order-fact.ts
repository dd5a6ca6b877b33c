import { factKeyOf, linesOf, type OrderMessage } from '../document/told-message.ts';
import type { HeldLine, ToldFact } from '../document/told-stream.ts';
import { compareFacts } from '../entry.ts';
import type { ParkedLine } from '../journal-event.ts';
import type { MessageLine, OrderLine } from '../message.ts';
import type { OrderFact, OrderFactLine } from './order-state.ts';

/** The part of a fact that an order is derived from; lines that were dismissed or refused are not in it. */
export function orderFactOf({ message, lines, parked }: ToldFact): OrderFact {
  const told = linesOf(message);
  const all = [
    ...lines.map((line) => resolvedFactLine(told[line.index]!, line)),
    ...parked.map((line) => parkedFactLine(told[line.index]!, line)),
  ].sort((a, b) => a.index - b.index);
  return { message: message as OrderMessage, key: factKeyOf(message), lines: all };
}

/**
 * The sequence in which an order's facts are read: by time, but its first `order.placed` before all others, for nothing
 * can happen to an order before it is placed, whatever the clocks say.
 */
export function inReadingOrder(facts: readonly OrderFact[]): readonly OrderFact[] {
  const sorted = [...facts].sort((a, b) => compareFacts(a.key, b.key));
  const first = sorted.findIndex(({ message }) => message.type === 'order.placed');
  if (first > 0) sorted.unshift(...sorted.splice(first, 1));
  return sorted;
}

function resolvedFactLine(told: MessageLine, held: HeldLine): OrderFactLine {
  return {
    ...commonOf(told),
    index: held.index,
    item: held.sku,
    sku: held.sku,
    ...(held.components && { components: held.components }),
    quantity: held.quantity ?? told.quantity,
    isParked: false,
    since: held.since,
  };
}

function parkedFactLine(told: MessageLine, parked: ParkedLine): OrderFactLine {
  const { sku } = parked;
  const name = told.listing ?? (told.identifier && `${told.identifier.scheme}:${told.identifier.value}`);
  return {
    ...commonOf(told),
    index: parked.index,
    item: sku ?? `\u0000${told.listing === undefined ? 'identifier' : 'listing'}:${name}`,
    ...(sku === undefined ? { name } : { sku }),
    quantity: parked.quantity ?? told.quantity,
    isParked: true,
    since: Number.POSITIVE_INFINITY,
  };
}

function commonOf(told: MessageLine & Pick<OrderLine, 'location'>) {
  return {
    ...(told.line !== undefined && { line: told.line }),
    ...(told.location !== undefined && { location: told.location }),
    disposition: told.disposition ?? 'sellable',
  } as const;
}

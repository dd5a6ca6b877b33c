import { factKeyOf, linesOf, type OrderMessage } from '../document/told-message.ts';
import type { HeldLine, ToldFact } from '../document/told-stream.ts';
import { compareFacts } from '../entry.ts';
import type { ParkedLine } from '../journal-event.ts';
import type { MessageLine, OrderLine } from '../message.ts';
import type { OrderFact, OrderFactLine } from './order-state.ts';

/** What an order reads of a fact of its stream; lines that were dismissed or refused are not in it. */
export function orderFactOf({ message, lines, parked }: ToldFact): OrderFact {
  const told = linesOf(message);
  const all = [
    ...lines.map((line) => resolvedFactLine(told[line.index]!, line)),
    ...parked.map((line) => parkedFactLine(told[line.index]!, line)),
  ].sort((a, b) => a.index - b.index);
  return { message: message as OrderMessage, key: factKeyOf(message), lines: all };
}

/** `order.placed` comes first: nothing can happen to an order before it is placed, whatever the clocks say. */
export function compareOrderFacts(a: OrderFact, b: OrderFact): number {
  return rankOf(a) - rankOf(b) || compareFacts(a.key, b.key);
}

const rankOf = ({ message }: OrderFact): number => (message.type === 'order.placed' ? 0 : 1);

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

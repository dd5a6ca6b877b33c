import { type Quantity, timesInto } from '#kernel';
import { amountsOf } from '../document/amounts.ts';
import type { RequestedLine, Shortage } from './reservation-event.ts';

/** One line of a request with how much of it can be held; of a kit as many as all its components suffice for. */
interface Granted {
  readonly line: RequestedLine;
  readonly quantity: Quantity;
}

/**
 * Shares what there is of each item among the lines, in their order.
 * @param available how much of each ordinary item can be held for the whole request
 * @param stepOf the smallest amount that an item or kit is counted in
 */
export function grant(
  lines: readonly RequestedLine[],
  available: ReadonlyMap<string, Quantity>,
  stepOf: (sku: string) => Quantity,
): Granted[] {
  const left = new Map(available);
  return lines.map((line) => {
    const quantity = Math.min(line.quantity, mostOf(line, left, stepOf(line.sku)));
    for (const { sku, quantity: taken } of amountsOf(line, quantity))
      left.set(sku, (left.get(sku) ?? 0) - taken);
    return { line, quantity };
  });
}

/** How much of the line the items that are left suffice for, in multiples of `step`. */
function mostOf(line: RequestedLine, left: ReadonlyMap<string, Quantity>, step: Quantity): Quantity {
  if (!line.components) return left.get(line.sku) ?? 0;
  const ofOneStep = amountsOf(line, step);
  const times = ofOneStep.map(({ sku, quantity }) =>
    quantity === 0 ? Infinity : timesInto(left.get(sku) ?? 0, quantity),
  );
  return Math.min(line.quantity, Math.max(0, Math.min(...times)) * step);
}

/** How much of each ordinary item the granted lines need. */
export function keptOf(granted: readonly Granted[]): ReadonlyMap<string, Quantity> {
  const kept = new Map<string, Quantity>();
  for (const { line, quantity } of granted) {
    for (const { sku, quantity: part } of amountsOf(line, quantity)) {
      kept.set(sku, (kept.get(sku) ?? 0) + part);
    }
  }
  return kept;
}

/** What was asked for and cannot be held, by the names that were asked for. */
export function shortagesOf(granted: readonly Granted[]): Shortage[] {
  const bySku = new Map<string, { requested: Quantity; available: Quantity }>();
  for (const { line, quantity } of granted) {
    const { requested, available } = bySku.get(line.sku) ?? { requested: 0, available: 0 };
    bySku.set(line.sku, { requested: requested + line.quantity, available: available + quantity });
  }
  return [...bySku]
    .map(([sku, amounts]) => ({ sku, ...amounts }))
    .filter(({ requested, available }) => available < requested);
}

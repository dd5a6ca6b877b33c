import type { Quantity } from '#kernel';
import type { Account, Cause, Entry, FactKey } from '../entry.ts';
import type { ResolvedLine } from '../journal-event.ts';
import type { Disposition, MessageLine } from '../message.ts';
import { amountsOf } from './amounts.ts';

/** What the moves of one message have in common. */
export interface Carrier {
  readonly key: FactKey;
  readonly cause: Cause;
  readonly channel?: string;
  readonly expectation?: string;
  readonly sequence?: number;
}

/** One move for each item of a line: itself, or a kit's components. `quantity` is in units of the line's item. */
export function pushMoves(
  entries: Entry[],
  line: ResolvedLine,
  told: { readonly quantity: Quantity; readonly from: Account; readonly to: Account },
  carrier: Carrier,
): void {
  const { from, to } = told;
  const { key, cause, channel, expectation, sequence } = carrier;
  const move = (sku: string, quantity: Quantity): void => {
    if (quantity <= 0) return;
    entries.push({ kind: 'move', key, cause, channel, expectation, sequence, sku, from, to, quantity });
  };
  if (line.components === undefined) move(line.sku, told.quantity);
  else for (const { sku, quantity } of amountsOf(line, told.quantity)) move(sku, quantity);
}

/**
 * The quantities of these lines by item and disposition: two lines of one item (two shelves of one place) add up.
 * A line that was parked comes later, under the same key: the ledger adds it to what its message said before.
 */
export function sumLines(
  told: readonly MessageLine[],
  lines: readonly ResolvedLine[],
): { sku: string; disposition: Disposition; quantity: Quantity }[] {
  const sums = new Map<string, { sku: string; disposition: Disposition; quantity: Quantity }>();
  for (const { sku, index, quantity } of lines) {
    const line = told[index]!;
    const disposition = line.disposition ?? 'sellable';
    const key = `${disposition}\n${sku}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { sku, disposition, quantity: quantity ?? line.quantity });
    else sum.quantity += quantity ?? line.quantity;
  }
  return [...sums.values()];
}

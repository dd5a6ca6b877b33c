import type { Quantity } from '#kernel';
import type { Account, Cause, Entry, FactKey } from '../entry.ts';
import type { ResolvedLine } from '../journal-event.ts';
import type { Disposition, MessageLine } from '../message.ts';
import { amountsOf } from './amounts.ts';
import type { ToldFact } from './told-stream.ts';

/** What a document's entries depend on beside the message. */
export interface DocumentContext {
  /** Lines to be posted now; `all` are these and those posted before. */
  readonly lines: readonly ResolvedLine[];
  readonly all: readonly ResolvedLine[];
  /** The message's source is a channel: its sales count against its ring-fence. */
  readonly isByChannel: boolean;
  /** What was told of the same document so far; the message's own earlier state may be among it. */
  readonly facts: readonly ToldFact[];
}

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
  for (const { sku, quantity } of amountsOf(line, told.quantity)) {
    if (quantity > 0) entries.push({ kind: 'move', ...carrier, sku, from, to, quantity });
  }
}

export const sequenceOf = ({ sequence }: { readonly sequence?: number }): { readonly sequence?: number } =>
  sequence === undefined ? {} : { sequence };

/**
 * Of the items in `lines`, what all lines of the message say of each: two lines of one item (two shelves
 * of one place) add up, also when one of them was parked and comes later.
 */
export function sumLines(
  told: readonly MessageLine[],
  { lines, all }: Pick<DocumentContext, 'lines' | 'all'>,
  dispositionOf: (line: MessageLine) => Disposition = ({ disposition }) => disposition ?? 'sellable',
): { sku: string; disposition: Disposition; quantity: Quantity }[] {
  const touched = new Set(lines.map(({ sku }) => sku));
  const sums = new Map<string, { sku: string; disposition: Disposition; quantity: Quantity }>();
  for (const { sku, index, quantity } of all) {
    if (!touched.has(sku)) continue;
    const line = told[index]!;
    const disposition = dispositionOf(line);
    const key = `${disposition}\n${sku}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { sku, disposition, quantity: quantity ?? line.quantity });
    else sum.quantity += quantity ?? line.quantity;
  }
  return [...sums.values()];
}

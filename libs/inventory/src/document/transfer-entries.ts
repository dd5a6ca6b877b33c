import type { Quantity } from '#kernel';
import { compareFacts, type Entry, type FactKey, inTransitAccount, onHandAccount } from '../entry.ts';
import type { ResolvedLine } from '../journal-event.ts';
import { amountsOf, excessOver } from './amounts.ts';
import { type Carrier, pushMoves } from './document-lines.ts';
import { factKeyOf, type TransferMessage } from './told-message.ts';
import type { ToldFact } from './told-stream.ts';

/** Goods in transit are shown at the location they go to; either half may be told first. */
export function transferMoves(message: TransferMessage, lines: readonly ResolvedLine[]): Entry[] {
  const { from, to } = message.data;
  const carrier: Carrier = { key: factKeyOf(message), cause: 'transfer', sequence: message.sequence };
  const way =
    message.type === 'transfer.shipped'
      ? { from: onHandAccount(from, 'sellable'), to: inTransitAccount(to) }
      : { from: inTransitAccount(to), to: onHandAccount(to, 'sellable') };
  const entries: Entry[] = [];
  for (const line of lines) {
    const quantity = line.quantity ?? message.data.lines[line.index]!.quantity;
    pushMoves(entries, line, { quantity, ...way }, carrier);
  }
  return entries;
}

/** What was received beyond what was shipped, by item and location, once anything is known to be shipped. */
export function overReceipts(facts: readonly ToldFact[]): ReadonlyMap<string, OverReceipt> {
  const over = new Map<string, OverReceipt>();
  if (!facts.some(({ message }) => message.type === 'transfer.shipped')) return over;
  for (const [sku, { shipped, received }] of totalsOf(facts)) {
    const parts = [...received].sort((a, b) => compareFacts(a.key, b.key));
    const excess = excessOver(
      shipped,
      parts.map(({ quantity }) => quantity),
    );
    for (const [index, { location }] of parts.entries()) {
      if (excess[index] === 0) continue;
      const key = `${location}\n${sku}`;
      over.set(key, { sku, location, quantity: (over.get(key)?.quantity ?? 0) + excess[index]! });
    }
  }
  return over;
}

interface OverReceipt {
  readonly sku: string;
  readonly location: string;
  readonly quantity: Quantity;
}

/** The entries that turn a transfer's flags from one state into the other. */
export function overReceiptFlags(
  before: ReadonlyMap<string, OverReceipt>,
  after: ReadonlyMap<string, OverReceipt>,
  told: { readonly key: FactKey; readonly transferId: string },
): Entry[] {
  const entries: Entry[] = [];
  for (const [name, { sku, location }] of new Map([...before, ...after])) {
    const quantity = after.get(name)?.quantity ?? 0;
    if (quantity === (before.get(name)?.quantity ?? 0)) continue;
    const orderId = told.transferId;
    entries.push({ kind: 'flag', key: told.key, sku, flag: 'over-receipt', location, orderId, quantity });
  }
  return entries;
}

interface Totals {
  shipped: Quantity;
  readonly received: { readonly key: FactKey; readonly location: string; readonly quantity: Quantity }[];
}

function totalsOf(facts: readonly ToldFact[]): ReadonlyMap<string, Totals> {
  const totals = new Map<string, Totals>();
  for (const { message: told, lines } of facts) {
    const message = told as TransferMessage;
    for (const line of lines) {
      const quantity = line.quantity ?? message.data.lines[line.index]!.quantity;
      for (const amount of amountsOf(line, quantity)) addTo(totals, message, amount);
    }
  }
  return totals;
}

function addTo(
  totals: Map<string, Totals>,
  message: TransferMessage,
  { sku, quantity }: { readonly sku: string; readonly quantity: Quantity },
): void {
  const sum = totals.get(sku) ?? { shipped: 0, received: [] };
  totals.set(sku, sum);
  if (message.type === 'transfer.shipped') sum.shipped += quantity;
  else sum.received.push({ key: factKeyOf(message), location: message.data.to, quantity });
}

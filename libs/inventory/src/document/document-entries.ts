import { few } from '#kernel';
import { ADJUSTMENT, type Cause, CUSTOMER, type Entry, onHandAccount, SUPPLIER } from '../entry.ts';
import type { ResolvedLine } from '../journal-event.ts';
import type { MessageOf } from '../message.ts';
import { type Carrier, pushMoves, sumLines } from './document-lines.ts';
import { type DocumentMessage, factKeyOf } from './told-message.ts';

/** What a document does not say itself. */
interface DocumentTerms {
  /** A channel told it: the sales in it count against the channel's ring-fence. */
  readonly isByChannel: boolean;
  /** These lines come with the statement that everything else at the location is 0. */
  readonly isSwept: boolean;
}

/** What lines of a document, or of a sale over the counter, do to stock. */
export function documentEntries(
  message: DocumentMessage,
  lines: readonly ResolvedLine[],
  { isByChannel, isSwept }: DocumentTerms,
): Entry[] {
  switch (message.type) {
    case 'sale.completed':
    case 'sale.returned':
      return saleEntries(message, lines, isByChannel);
    case 'stock.received':
    case 'stock.shipped':
    case 'stock.adjusted':
      return stockEntries(message, lines);
    case 'stock.moved':
      return movedEntries(message, lines);
    case 'stock.expected':
      return expectedEntries(message, lines);
    case 'stock.counted':
      return countedEntries(message, lines);
    case 'stock.snapshot':
      return snapshotEntries(message, lines, isSwept);
  }
}

function saleEntries(
  message: MessageOf<'sale.completed'> | MessageOf<'sale.returned'>,
  lines: readonly ResolvedLine[],
  isByChannel: boolean,
): Entry[] {
  const isReturn = message.type === 'sale.returned';
  const carrier: Carrier = {
    key: factKeyOf(message),
    cause: isReturn ? 'sale-return' : 'sale',
    channel: isByChannel ? message.source : undefined,
    sequence: message.sequence,
  };
  const entries = few<Entry>();
  for (const line of lines) {
    const { quantity, disposition } = message.data.lines[line.index]!;
    const shelf = onHandAccount(message.data.location, (isReturn && disposition) || 'sellable');
    const way = isReturn ? { from: CUSTOMER, to: shelf } : { from: shelf, to: CUSTOMER };
    pushMoves(entries, line, { quantity: line.quantity ?? quantity, ...way }, carrier);
  }
  return entries;
}

function stockEntries(
  message: MessageOf<'stock.received'> | MessageOf<'stock.shipped'> | MessageOf<'stock.adjusted'>,
  lines: readonly ResolvedLine[],
): Entry[] {
  const carrier: Carrier = { key: factKeyOf(message), ...stockTerms(message), sequence: message.sequence };
  const entries = few<Entry>();
  for (const line of lines) {
    const told = message.data.lines[line.index]!;
    const quantity = line.quantity ?? told.quantity;
    const shelf = onHandAccount(message.data.location, told.disposition ?? 'sellable');
    const isIn = message.type === 'stock.received' || (message.type === 'stock.adjusted' && quantity > 0);
    const outside = OUTSIDE[message.type];
    const way = isIn ? { from: outside, to: shelf } : { from: shelf, to: outside };
    pushMoves(entries, line, { quantity: Math.abs(quantity), ...way }, carrier);
  }
  return entries;
}

const OUTSIDE = {
  'stock.received': SUPPLIER,
  'stock.shipped': CUSTOMER,
  'stock.adjusted': ADJUSTMENT,
} as const;

/** A receipt lowers what was expected under the purchase order's name or, without one, under its own. */
function stockTerms(
  message: MessageOf<'stock.received'> | MessageOf<'stock.shipped'> | MessageOf<'stock.adjusted'>,
): { readonly cause: Cause; readonly expectation?: string } {
  if (message.type === 'stock.shipped') return { cause: 'goods-issue' };
  if (message.type === 'stock.adjusted') return { cause: 'adjustment' };
  const { purchaseOrderId, documentId } = message.data;
  return { cause: 'receipt', expectation: purchaseOrderId ?? documentId };
}

function movedEntries(message: MessageOf<'stock.moved'>, lines: readonly ResolvedLine[]): Entry[] {
  const carrier: Carrier = { key: factKeyOf(message), cause: 'move', sequence: message.sequence };
  const entries = few<Entry>();
  for (const line of lines) {
    const { quantity, from, to } = message.data.lines[line.index]!;
    if (from === to) continue;
    const { location } = message.data;
    const way = { from: onHandAccount(location, from), to: onHandAccount(location, to) };
    pushMoves(entries, line, { quantity: line.quantity ?? quantity, ...way }, carrier);
  }
  return entries;
}

/** Expectations are absolute by item: lines of one item make one expectation. */
function expectedEntries(message: MessageOf<'stock.expected'>, lines: readonly ResolvedLine[]): Entry[] {
  const key = factKeyOf(message);
  const { documentId, location, expectedAt } = message.data;
  return sumLines(message.data.lines, lines).map(({ sku, quantity }) => ({
    kind: 'expect',
    key,
    sku,
    documentId,
    location,
    quantity,
    expectedAt,
  }));
}

function countedEntries(message: MessageOf<'stock.counted'>, lines: readonly ResolvedLine[]): Entry[] {
  const key = factKeyOf(message);
  const { location } = message.data;
  return sumLines(message.data.lines, lines).map(({ sku, disposition, quantity }) => ({
    kind: 'count',
    key,
    sku,
    location,
    disposition,
    quantity,
    cause: 'count',
  }));
}

/** A complete snapshot also says that every item that no message of the document lists is 0 there. */
function snapshotEntries(
  message: MessageOf<'stock.snapshot'>,
  lines: readonly ResolvedLine[],
  isSwept: boolean,
): Entry[] {
  const { asOf, location, watermark } = message.data;
  const place = {
    key: { ...factKeyOf(message), at: asOf },
    location,
    ...(watermark !== undefined && { watermark }),
  };
  const counts = sumLines(message.data.lines, lines).map((sum): Entry => ({
    kind: 'count',
    ...place,
    ...sum,
    cause: 'snapshot',
  }));
  if (!isSwept) return counts;
  const listed = [...new Set(lines.map(({ sku }) => sku))];
  return [...counts, { kind: 'sweep', ...place, listed }];
}

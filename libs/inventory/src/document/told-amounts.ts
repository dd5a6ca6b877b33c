import { multiplyDown, type Quantity, UNIT } from '#kernel';
import type { ResolvedLine } from '../journal-event.ts';
import type { Message } from '../message.ts';
import type { Rejection } from '../rejection.ts';
import { amountsOf } from './amounts.ts';
import { isOrderMessage, isTransferMessage, linesOf } from './told-message.ts';
import type { ToldStream } from './told-stream.ts';

/**
 * The most that one document's message may tell of one item, or all messages of one order or transfer together, in
 * units. All sums of them then stay far below 2^53 hundred-thousandths, and so exact.
 */
const UNITS_MAX = 50_000_000_000;
const AMOUNT_MAX: Quantity = UNITS_MAX * UNIT;

type Line = Pick<ResolvedLine, 'index' | 'quantity' | 'components'>;
type Resolved = { readonly lines: readonly ResolvedLine[]; readonly parked: readonly Line[] };

/** Undefined if sums with it stay exact. */
export function checkAmounts(
  told: ToldStream,
  message: Message,
  { lines, parked }: Resolved,
): Rejection | undefined {
  let sum = amountOf(message, lines) + amountOf(message, parked);
  if (isOrderMessage(message) || isTransferMessage(message)) {
    for (const fact of told.facts)
      sum += amountOf(fact.message, fact.lines) + amountOf(fact.message, fact.parked);
    return sum > AMOUNT_MAX
      ? tooMuch('units were sent for this order or transfer in all. Continue under a new id.')
      : undefined;
  }
  // True of nearly every message; most of the others list many items.
  if (sum <= AMOUNT_MAX || mostOfOneItem(message, lines) <= AMOUNT_MAX) return undefined;
  return tooMuch('units of one item are in one message. Split it into several messages.');
}

/** For a kit, the amount of the component that it holds most of. */
function amountOf(message: Message, lines: readonly Line[]): Quantity {
  let sum = 0;
  for (const line of lines) sum += amountOfLine(message, line);
  return sum;
}

function mostOfOneItem(message: Message, lines: readonly ResolvedLine[]): Quantity {
  const items = new Map<string, Quantity>();
  let most = 0;
  for (const line of lines) {
    for (const { sku, quantity } of amountsOf(line, quantityOf(message, line))) {
      const sum = (items.get(sku) ?? 0) + quantity;
      items.set(sku, sum);
      most = Math.max(most, sum);
    }
  }
  return most;
}

function amountOfLine(message: Message, line: Line): Quantity {
  const quantity = quantityOf(message, line);
  const { components } = line;
  if (components === undefined) return quantity;
  let most = quantity;
  for (const component of components) most = Math.max(most, multiplyDown(quantity, component.quantity));
  return most;
}

const quantityOf = (message: Message, { index, quantity }: Line): Quantity =>
  Math.abs(quantity ?? linesOf(message)[index]!.quantity);

const tooMuch = (words: string): Rejection => ({
  code: 'QUANTITY_OUT_OF_RANGE',
  detail: `More than ${UNITS_MAX} ${words}`,
  pointer: '/data/lines',
});

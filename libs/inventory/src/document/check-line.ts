import { type Quantity, toUnits } from '#kernel';
import type { CatalogView, Item } from '../catalog/catalog-types.ts';
import { checkDecimals } from '../catalog/check-decimals.ts';
import { flattenKit, isKit } from '../catalog/kit.ts';
import type { Message, MessageType } from '../message.ts';
import type { Rejection } from '../rejection.ts';
import { LINE_QUANTITY_MAX, timesExactly } from './amounts.ts';
import { lineNameOf } from './told-message.ts';
import { shown } from './words.ts';

/** Which messages may name a kit. It has no stock of its own: to count, move or adjust it means its components. */
const KIT_TYPES: Readonly<Record<MessageType, boolean>> = {
  'order.placed': true,
  'order.changed': true,
  'order.cancelled': true,
  'order.shipped': true,
  'order.returned': true,
  'order.refunded': true,
  'sale.completed': true,
  'sale.returned': true,
  'stock.received': false,
  'stock.expected': false,
  'stock.shipped': true,
  'stock.adjusted': false,
  'stock.moved': false,
  'stock.counted': false,
  'stock.snapshot': false,
  'transfer.shipped': true,
  'transfer.received': true,
};

/** A line whose item is known. `quantity` is in units of the item; undefined if it is not exact in these. */
interface KnownLine {
  readonly message: Message;
  readonly index: number;
  readonly item: Item;
  readonly quantity: Quantity | undefined;
}

/** The rules of the item: NOT_ALLOWED_FOR_KIT, QUANTITY_NOT_INTEGER, QUANTITY_TOO_PRECISE, QUANTITY_OUT_OF_RANGE. */
export function checkLine(line: KnownLine, catalog: CatalogView): Rejection | undefined {
  const { item, quantity, message, index } = line;
  if (!isKit(item)) return checkQuantity(line, item, quantity);
  if (!KIT_TYPES[message.type]) {
    const detail = `${shown(item.sku)} is a kit and has no stock of its own. Send its components instead.`;
    return { code: 'NOT_ALLOWED_FOR_KIT', detail, pointer: `/data/lines/${index}` };
  }
  return checkQuantity(line, item, quantity) ?? checkComponents(line, catalog);
}

function checkComponents(line: KnownLine, catalog: CatalogView): Rejection | undefined {
  for (const component of flattenKit(catalog, line.item.sku)) {
    const item = catalog.item(component.sku);
    const refused = item && checkQuantity(line, item, timesExactly(line.quantity ?? 0, component.quantity));
    if (refused) return refused;
  }
  return undefined;
}

function checkQuantity(line: KnownLine, item: Item, quantity: Quantity | undefined): Rejection | undefined {
  if (quantity !== undefined && Math.abs(quantity) > LINE_QUANTITY_MAX) {
    const detail = `Line ${shown(nameOf(line))} is for ${toUnits(quantity)} of ${shown(item.sku)}; at most ${toUnits(LINE_QUANTITY_MAX)} are allowed. Split it into several lines.`;
    return { code: 'QUANTITY_OUT_OF_RANGE', detail, pointer: pointerOf(line) };
  }
  const amount = quantity === undefined ? 'its quantity' : toUnits(quantity);
  const told = `; line ${shown(nameOf(line))} comes to ${amount}`;
  return checkDecimals(item, quantity, pointerOf(line), told);
}

const nameOf = ({ message, index }: KnownLine): string => lineNameOf(message, index);
const pointerOf = ({ index }: KnownLine): string => `/data/lines/${index}/quantity`;

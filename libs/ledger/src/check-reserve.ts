import {
  type CatalogView,
  checkDecimals,
  type Component,
  flattenKit,
  type Item,
  LINE_QUANTITY_MAX,
  type Rejection,
  type RequestedLine,
  shown,
  timesExactly,
  unknownChannel,
  unknownItem,
  unknownLocation,
} from '#inventory';
import { type Quantity, toUnits } from '#kernel';
import type { ReserveRequest } from './reserving.ts';

/** The lines with what their kits hold now, or a refusal for the first thing in the request that is not valid. */
export function resolveReserve(
  { channel, lines }: ReserveRequest,
  catalog: CatalogView,
): readonly RequestedLine[] | Rejection {
  const stranger = unknownChannel(channel, catalog, '/channel');
  if (stranger) return stranger;
  const resolved: RequestedLine[] = [];
  for (const [index, line] of lines.entries()) {
    const pointer = `/lines/${index}`;
    const components = flattenKit(catalog, line.sku);
    const refused =
      unknownItem(line.sku, catalog, `${pointer}/sku`) ??
      (line.location === undefined
        ? undefined
        : unknownLocation(line.location, catalog, `${pointer}/location`)) ??
      checkAmounts({ ...line, components }, catalog, `${pointer}/quantity`);
    if (refused) return refused;
    resolved.push(components.length > 0 ? { ...line, components } : line);
  }
  return resolved;
}

/** Checks the lines of the order that confirms a hold. Kits have the components they had when they were held. */
export function checkConfirm(
  lines: readonly { readonly sku: string; readonly quantity: Quantity }[],
  held: readonly RequestedLine[],
  catalog: CatalogView,
): Rejection | undefined {
  for (const [index, line] of lines.entries()) {
    const components = held.find(({ sku }) => sku === line.sku)?.components ?? [];
    const refused =
      unknownItem(line.sku, catalog, `/lines/${index}/sku`) ??
      checkAmounts({ ...line, components }, catalog, `/lines/${index}/quantity`);
    if (refused) return refused;
  }
  return undefined;
}

/** Checks the amounts of a line's item and, for a kit, of its components, like those of a message's line. */
function checkAmounts(
  { sku, quantity, components }: Component & { readonly components: readonly Component[] },
  catalog: CatalogView,
  pointer: string,
): Rejection | undefined {
  const parts = components.map((part) => ({
    sku: part.sku,
    amount: timesExactly(quantity, part.quantity),
  }));
  for (const { sku: part, amount } of [{ sku, amount: quantity }, ...parts]) {
    const item = catalog.item(part);
    const refused = item && checkAmount(item, amount, pointer);
    if (refused) return refused;
  }
  return undefined;
}

/** `amount` is undefined if it has more than five decimals. */
function checkAmount(item: Item, amount: Quantity | undefined, pointer: string): Rejection | undefined {
  if (amount === undefined || amount <= LINE_QUANTITY_MAX) return checkDecimals(item, amount, pointer);
  const detail = `The lines make ${toUnits(amount)} of ${shown(item.sku)}; at most ${toUnits(LINE_QUANTITY_MAX)} can be held at once. Ask for less.`;
  return { code: 'QUANTITY_OUT_OF_RANGE', detail, pointer };
}

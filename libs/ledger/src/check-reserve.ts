import {
  type CatalogView,
  flattenKit,
  type Item,
  type Rejection,
  type RequestedLine,
  shown,
} from '#inventory';
import { fitsDecimals, type Quantity, QUANTITY_DECIMALS_MAX } from '#kernel';
import type { ReserveRequest } from './reserving.ts';

/** The smallest amount an item is counted in. */
export const stepOf = (catalog: CatalogView, sku: string): Quantity =>
  10 ** (QUANTITY_DECIMALS_MAX - (catalog.item(sku)?.decimals ?? 0));

/** The lines with what their kits hold now, or the first thing in the request that cannot be. */
export function resolveReserve(
  { channel, lines }: ReserveRequest,
  catalog: CatalogView,
): readonly RequestedLine[] | Rejection {
  if (!catalog.channel(channel)) {
    return unknown('CHANNEL_UNKNOWN', `There is no channel ${shown(channel)}.`, '/channel');
  }
  const resolved: RequestedLine[] = [];
  for (const [index, line] of lines.entries()) {
    const pointer = `/lines/${index}`;
    const item = catalog.item(line.sku);
    if (!item) return unknown('ITEM_UNKNOWN', `There is no item ${shown(line.sku)}.`, `${pointer}/sku`);
    if (line.location !== undefined && !catalog.location(line.location)) {
      const detail = `There is no location ${shown(line.location)}.`;
      return unknown('LOCATION_UNKNOWN', detail, `${pointer}/location`);
    }
    const refused = checkDecimals(item, line.quantity, `${pointer}/quantity`);
    if (refused) return refused;
    const components = flattenKit(catalog, line.sku);
    resolved.push(components.length > 0 ? { ...line, components } : line);
  }
  return resolved;
}

const unknown = (code: string, detail: string, pointer: string): Rejection => ({ code, detail, pointer });

/** QUANTITY_NOT_INTEGER, QUANTITY_TOO_PRECISE. */
export function checkDecimals(item: Item, quantity: Quantity, pointer: string): Rejection | undefined {
  if (fitsDecimals(quantity, item.decimals)) return undefined;
  return item.decimals === 0
    ? { code: 'QUANTITY_NOT_INTEGER', detail: `${shown(item.sku)} is kept in whole units.`, pointer }
    : {
        code: 'QUANTITY_TOO_PRECISE',
        detail: `${shown(item.sku)} is kept in at most ${item.decimals} decimals.`,
        pointer,
      };
}

import { type Quantity, toUnits } from '#kernel';
import { cut, shown } from '../document/words.ts';
import type { Rejection } from '../rejection.ts';
import {
  type CatalogView,
  type Channel,
  CHANNEL_LOCATIONS_MAX,
  type Item,
  ITEM_IDENTIFIERS_MAX,
  KIT_COMPONENTS_MAX,
  type Listing,
  type Source,
} from './catalog-types.ts';
import { checkDecimals } from './check-decimals.ts';
import { cycleOf, flattenKit, isKit, KIT_DEPTH_MAX, kitDepth, PART_QUANTITY_CEILING } from './kit.ts';

/*
 * What must be true of a set-up besides its shape, which the doors have checked. A `…_UNKNOWN` with a
 * pointer is about something named in the body (422); without one, about something named in the path (404).
 */

/** KIT_CYCLE, ITEM_UNKNOWN, DUPLICATE_VALUE, too many of something, quantities that the components cannot have. */
export function checkItem(item: Item, view: CatalogView): Rejection | undefined {
  return (
    tooMany('IDENTIFIERS', '/identifiers', item.identifiers.length, ITEM_IDENTIFIERS_MAX) ??
    tooMany('COMPONENTS', '/components', item.components.length, KIT_COMPONENTS_MAX) ??
    repeated(
      '/identifiers',
      item.identifiers.map(({ scheme, value }) => `${scheme}:${value}`),
    ) ??
    repeated(
      '/components',
      item.components.map(({ sku }) => sku),
    ) ??
    cyclic(item, view) ??
    firstOf(item.components, ({ sku }, index) => unknownItem(sku, view, `/components/${index}/sku`)) ??
    firstOf(item.components, (component, index) =>
      tooFine(component, view, `/components/${index}/quantity`),
    ) ??
    brokenParts(item, view)
  );
}

/** ID_TAKEN, LOCATION_UNKNOWN, DUPLICATE_VALUE. Channels and sources share one name space: a message's `source`. */
export function checkChannel(channel: Channel, view: CatalogView): Rejection | undefined {
  return (
    (view.source(channel.id) === undefined ? undefined : idTaken(channel.id, 'source', 'channel')) ??
    tooMany('LOCATIONS', '/locations', channel.locations.length, CHANNEL_LOCATIONS_MAX) ??
    repeated('/locations', channel.locations) ??
    firstOf(channel.locations, (id, index) => unknownLocation(id, view, `/locations/${index}`))
  );
}

/** ID_TAKEN: a message's `source` must name a channel or a source, never both. */
export const checkSource = (source: Source, view: CatalogView): Rejection | undefined =>
  view.channel(source.id) === undefined ? undefined : idTaken(source.id, 'channel', 'source');

/** CHANNEL_UNKNOWN (for the path), ITEM_UNKNOWN, and a `unitsPer` that the item's decimals do not allow. */
export function checkListing(listing: Listing, view: CatalogView): Rejection | undefined {
  return (
    unknownChannel(listing.channel, view) ??
    unknownItem(listing.sku, view, '/sku') ??
    tooFine({ sku: listing.sku, quantity: listing.unitsPer }, view, '/unitsPer')
  );
}

export function unknownItem(
  sku: string,
  view: Pick<CatalogView, 'item'>,
  pointer?: string,
): Rejection | undefined {
  if (view.item(sku) !== undefined) return undefined;
  return { code: 'ITEM_UNKNOWN', detail: `There is no item ${shown(sku)}. Define it first.`, ...at(pointer) };
}

export function unknownLocation(
  id: string,
  view: Pick<CatalogView, 'location'>,
  pointer?: string,
): Rejection | undefined {
  if (view.location(id) !== undefined) return undefined;
  return {
    code: 'LOCATION_UNKNOWN',
    detail: `There is no location ${shown(id)}. Define it first.`,
    ...at(pointer),
  };
}

export function unknownChannel(
  id: string,
  view: Pick<CatalogView, 'channel'>,
  pointer?: string,
): Rejection | undefined {
  if (view.channel(id) !== undefined) return undefined;
  return {
    code: 'CHANNEL_UNKNOWN',
    detail: `There is no channel ${shown(id)}. Define it first.`,
    ...at(pointer),
  };
}

export function tooMany(what: string, pointer: string, count: number, most: number): Rejection | undefined {
  if (count <= most) return undefined;
  return { code: `TOO_MANY_${what}`, detail: `It has ${count} entries. Send at most ${most}.`, pointer };
}

/** The rejection of the first value that gets one. */
export function firstOf<Value>(
  values: readonly Value[],
  check: (value: Value, index: number) => Rejection | undefined,
): Rejection | undefined {
  for (const [index, value] of values.entries()) {
    const rejection = check(value, index);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

function repeated(pointer: string, values: readonly string[]): Rejection | undefined {
  const seen = new Set<string>();
  return firstOf(values, (value, index) => {
    if (!seen.has(value)) return void seen.add(value);
    return {
      code: 'DUPLICATE_VALUE',
      detail: `${shown(value)} is named twice. Name it once.`,
      pointer: `${pointer}/${index}`,
    };
  });
}

function cyclic(item: Item, view: CatalogView): Rejection | undefined {
  const way = cycleOf(view, item);
  if (way === undefined) return undefined;
  const detail = `A kit cannot contain itself: ${way.map(cut).join(' → ')}. Remove one of these components.`;
  return { code: 'KIT_CYCLE', detail, pointer: '/components', facts: { path: way } };
}

function tooFine(
  of: { readonly sku: string; readonly quantity: Quantity },
  view: CatalogView,
  pointer: string,
): Rejection | undefined {
  const { sku, quantity } = of;
  const decimals = view.item(sku)?.decimals ?? 0;
  return checkDecimals({ sku, decimals }, quantity, pointer, `, not in ${toUnits(quantity)}`);
}

/** Half an inner kit may be half a unit of something that comes in whole units only; a thousand may be too much. */
function brokenParts(item: Item, view: CatalogView): Rejection | undefined {
  if (!isKit(item)) return undefined;
  const pointer = '/components';
  if (kitDepth(view, item) > KIT_DEPTH_MAX) {
    const detail = `Kits can be nested at most ${KIT_DEPTH_MAX} deep. Name the components of the inner kits instead.`;
    return { code: 'NESTING_TOO_DEEP', detail, pointer };
  }
  const own: Pick<CatalogView, 'item'> = { item: (sku) => (sku === item.sku ? item : view.item(sku)) };
  return firstOf(flattenKit(own, item.sku), (part) => {
    if (part.quantity < PART_QUANTITY_CEILING) return tooFine(part, view, pointer);
    return {
      code: 'QUANTITY_OUT_OF_RANGE',
      detail: `The kit would contain too much of ${shown(part.sku)}. Send a smaller quantity.`,
      pointer,
    };
  });
}

const idTaken = (id: string, by: string, wanted: string): Rejection => ({
  code: 'ID_TAKEN',
  detail: `${shown(id)} is already the id of a ${by}; channels and sources share one set of ids. Choose another id for the ${wanted}.`,
});

const at = (pointer: string | undefined): { readonly pointer?: string } =>
  pointer === undefined ? {} : { pointer };

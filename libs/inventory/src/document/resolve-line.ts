import { type Quantity, UNIT } from '#kernel';
import type { CatalogView, Item, UnknownItems } from '../catalog/catalog-types.ts';
import { flattenKit, isKit } from '../catalog/kit.ts';
import type { ParkedCode, ParkedLine, ResolvedLine } from '../journal-event.ts';
import type { Identifier, Message, MessageLine } from '../message.ts';
import type { Rejection } from '../rejection.ts';
import { timesExactly } from './amounts.ts';
import { checkLine } from './check-line.ts';
import { channelOf, isOrderMessage, linesOf } from './told-message.ts';
import { shown } from './words.ts';

/** What a line is read with. */
export interface LineContext {
  readonly catalog: CatalogView;
  /** What the set-up of its source says of items that are not in the catalog. */
  readonly unknownItems: UnknownItems;
  /** Items created just now, which the catalog may not show yet. */
  readonly made?: ReadonlyMap<string, Item>;
}

/** What a line means according to the present catalog. */
type LineMeaning =
  | { readonly kind: 'resolved'; readonly line: ResolvedLine }
  | { readonly kind: 'parked'; readonly line: ParkedLine }
  /** It means this item, which has to be created first; then the line is read again. */
  | { readonly kind: 'missing'; readonly sku: string }
  /** Its item is known, and it breaks one of the item's rules. */
  | { readonly kind: 'refused'; readonly rejection: Rejection };

/**
 * Reads line `index` of a message. `unknownLocations` are the unknown ones among those that the whole message needs.
 */
export function resolveLine(
  message: Message,
  index: number,
  context: LineContext,
  unknownLocations: readonly string[],
): LineMeaning {
  const line = linesOf(message)[index]!;
  const found = findItem(message, line, context);
  const locations = withOwnLocation(line, unknownLocations, context.catalog);
  const item = 'item' in found ? found.item : undefined;

  const quantity = inItemUnits(line.quantity, found);
  const refused = item && checkLine({ message, index, item, quantity }, context.catalog);
  if (refused) return { kind: 'refused', rejection: refused };

  if ('code' in found || locations.length > 0) {
    return { kind: 'parked', line: parkedLine(message, index, found, locations) };
  }
  if (found.item === undefined) return missing(message, index, found.sku, context);
  return {
    kind: 'resolved',
    line: resolvedLine(index, found.item, context, quantityIfOther(line, quantity)),
  };
}

/** The item; without `item`, one that has to be created; or why it is not known which item is meant. */
type Found =
  { readonly sku: string; readonly item: Item | undefined; readonly unitsPer?: Quantity } | NotFound;

/** Undefined if it is not exact in five decimals. */
const inItemUnits = (told: Quantity, found: Found): Quantity | undefined =>
  'unitsPer' in found && found.unitsPer !== undefined ? timesExactly(told, found.unitsPer) : told;

interface NotFound {
  readonly code: ParkedCode;
  readonly detail: string;
  readonly waitsFor: readonly string[];
  readonly sku?: string;
}

function findItem(message: Message, line: MessageLine, context: LineContext): Found {
  if (line.sku !== undefined) return bySku(line.sku, context);
  if (line.listing !== undefined) return byListing(message, line.listing, context);
  return byIdentifier(line.identifier!, context);
}

function bySku(sku: string, { catalog, made, unknownItems }: LineContext): Found {
  const item = catalog.item(sku) ?? made?.get(sku);
  if (item !== undefined || unknownItems === 'create') return { sku, item };
  const twin = twinOf(sku, catalog);
  const meant = twin === undefined ? '' : ` Did you mean ${shown(twin)}?`;
  const detail = `There is no item ${shown(sku)}.${meant} Define it (PUT /v1/items/…).`;
  return { code: 'ITEM_UNKNOWN', detail, waitsFor: [`item:${sku}`], sku };
}

/** Names that look alike: other code points, another width, blanks around them, another case. */
function twinOf(sku: string, catalog: CatalogView): string | undefined {
  const plain = sku.normalize('NFKC').trim();
  return [plain, plain.toUpperCase()].find((twin) => twin !== sku && catalog.item(twin) !== undefined);
}

function byListing(message: Message, listing: string, { catalog }: LineContext): Found {
  const channel = isOrderMessage(message) ? channelOf(message) : message.source;
  const defined = catalog.listing(channel, listing);
  if (defined !== undefined) {
    const unitsPer = defined.unitsPer === UNIT ? {} : { unitsPer: defined.unitsPer };
    return { sku: defined.sku, item: catalog.item(defined.sku), ...unitsPer };
  }
  const detail = `${shown(channel)} has no listing ${shown(listing)}. Define it (PUT /v1/channels/…/listings/…).`;
  // In a channel that lists all items, an item of that name would be the listing.
  const waitsFor = [`listing:${channel}:${listing}`, `item:${listing}`];
  return { code: 'LISTING_UNKNOWN', detail, waitsFor };
}

function byIdentifier(identifier: Identifier, { catalog }: LineContext): Found {
  const [sku, another] = catalog.skusOf(identifier);
  const waitsFor = [`identifier:${identifier.scheme}:${identifier.value}`];
  const name = `${identifier.scheme} ${shown(identifier.value)}`;
  if (sku === undefined) {
    const detail = `No item has the identifier ${name}. Add it to an item.`;
    return { code: 'ITEM_UNKNOWN', detail, waitsFor };
  }
  if (another !== undefined) {
    const detail = `${shown(sku)} and ${shown(another)} both have the identifier ${name}. Remove it from one of them.`;
    return { code: 'IDENTIFIER_AMBIGUOUS', detail, waitsFor };
  }
  return { sku, item: catalog.item(sku) };
}

/** The message's unknown locations, and the line's own (where an order wants it committed) if that is unknown. */
function withOwnLocation(
  line: MessageLine & { readonly location?: string },
  unknown: readonly string[],
  catalog: CatalogView,
): readonly string[] {
  if (line.location === undefined || catalog.location(line.location) !== undefined) return unknown;
  return unknown.includes(line.location) ? unknown : [...unknown, line.location];
}

function parkedLine(message: Message, index: number, found: Found, locations: readonly string[]): ParkedLine {
  const details = locations.map(
    (id) => `There is no location ${shown(id)}. Define it (PUT /v1/locations/…).`,
  );
  const waitsFor = locations.map((id) => `location:${id}`);
  const told = linesOf(message)[index]!.quantity;
  const meant = {
    ...(found.sku !== undefined && { sku: found.sku }),
    ...('unitsPer' in found && { quantity: inItemUnits(told, found) ?? told }),
  };
  if (!('code' in found))
    return { index, code: 'LOCATION_UNKNOWN', detail: waiting(details), waitsFor, ...meant };
  return {
    index,
    code: found.code,
    detail: waiting([found.detail, ...details]),
    waitsFor: [...found.waitsFor, ...waitsFor],
    ...meant,
  };
}

const waiting = (details: readonly string[]): string =>
  [...details, 'The line is then posted automatically.'].join(' ');

/** An item that is created on being told is kept in whole units: a line that such an item could not have is refused. */
function missing(message: Message, index: number, sku: string, { catalog }: LineContext): LineMeaning {
  const { quantity } = linesOf(message)[index]!;
  const item: Item = { sku, name: sku, decimals: 0, identifiers: [], components: [] };
  const refused = checkLine({ message, index, item, quantity }, catalog);
  return refused ? { kind: 'refused', rejection: refused } : { kind: 'missing', sku };
}

function resolvedLine(
  index: number,
  item: Item,
  { catalog }: LineContext,
  quantity: Quantity | undefined,
): ResolvedLine {
  const line = quantity === undefined ? { index, sku: item.sku } : { index, sku: item.sku, quantity };
  return isKit(item) ? { ...line, components: flattenKit(catalog, item.sku) } : line;
}

const quantityIfOther = (line: MessageLine, quantity: Quantity | undefined): Quantity | undefined =>
  quantity === line.quantity ? undefined : quantity;

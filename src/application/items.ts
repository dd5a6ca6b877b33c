import { setImmediate as nextTurn } from 'node:timers/promises';
import { Query } from '@nestjs/cqrs';
import type { ListingNumber } from '#availability';
import type { Changes, EvidencedExplanation, Moment, TimelinePage } from '#history';
import type { CatalogPage, SetupEntry } from '#catalog';
import type { Item, ItemState, PlaceStock, TimelineRow } from '#inventory';
import type { Instant } from '#kernel';
import type { OnHand } from '../service.ts';
import { onList, onQuery } from './handlers.ts';

/** An item with its stock and its numbers. */
export interface ItemNow {
  readonly item: Item;
  /** Absent if no message was ever about it. */
  readonly state?: ItemState;
  readonly numbers: readonly ListingNumber[];
  /** Position of its definition. */
  readonly definedAt: number;
}

export class FindItem extends Query<ItemNow | undefined> {
  constructor(readonly sku: string) {
    super();
  }
}

/** In order of SKU, at most `limit` after `after`; only those of a category, or with a history at a location, if named. */
export class ListItems extends Query<readonly ItemNow[]> {
  constructor(
    readonly page: {
      readonly after?: string;
      readonly limit: number;
      readonly category?: string;
      readonly location?: string;
    },
  ) {
    super();
  }
}

/** An item's stock at a moment; undefined if no message had been about it. */
export class FindItemAt extends Query<{ position: number; places: readonly PlaceStock[] } | undefined> {
  constructor(
    readonly sku: string,
    readonly moment: Moment,
  ) {
    super();
  }
}

export class FindTimeline extends Query<readonly TimelineRow[]> {
  constructor(
    readonly sku: string,
    readonly moment: Moment,
    readonly page: TimelinePage,
  ) {
    super();
  }
}

export class FindNumberAt extends Query<ListingNumber | undefined> {
  constructor(
    readonly channel: string,
    readonly listing: string,
    readonly knownAt: Instant,
  ) {
    super();
  }
}

export class ExplainNumber extends Query<EvidencedExplanation | undefined> {
  constructor(
    readonly channel: string,
    readonly listing: string,
    readonly knownAt?: Instant,
  ) {
    super();
  }
}

export class FindChanges extends Query<Changes> {
  constructor(
    readonly channel: string,
    readonly listing: string,
    readonly from: Instant,
    readonly to: Instant,
  ) {
    super();
  }
}

/** Items looked at in one turn of the event loop. */
const LOOKED_AT = 500;

export const ITEM_HANDLERS = [
  onQuery(FindItem, (onhand, { sku }) => {
    const entry = onhand.rooms.catalog.entry('item', sku);
    return Promise.resolve(entry && itemNow(onhand, entry.resource, entry.position));
  }),
  onList(ListItems, (onhand, { page }) => listItems(onhand, page)),
  onQuery(FindItemAt, ({ rooms }, { sku, moment }) => rooms.itemHistory.stockAt(sku, moment)),
  onList(FindTimeline, ({ rooms }, { sku, moment, page }) => rooms.itemHistory.timeline(sku, moment, page)),
  onQuery(FindNumberAt, ({ rooms }, { channel, listing, knownAt }) =>
    rooms.listingHistory.numberAt(channel, listing, knownAt),
  ),
  onQuery(ExplainNumber, ({ rooms }, { channel, listing, knownAt }) =>
    rooms.listingHistory.explainAt(channel, listing, knownAt),
  ),
  onQuery(FindChanges, ({ rooms }, { channel, listing, from, to }) =>
    rooms.listingHistory.changes(channel, listing, from, to),
  ),
];

function itemNow({ rooms }: OnHand, item: Item, definedAt: number): ItemNow {
  const state = rooms.picture.ledger.item(item.sku);
  const numbers = rooms.picture.availability.numbersOfItem(item.sku);
  return { item, ...(state && { state }), numbers, definedAt };
}

async function listItems(onhand: OnHand, { limit, ...asked }: ListItems['page']): Promise<ItemNow[]> {
  const found: ItemNow[] = [];
  let { after } = asked;
  for (;;) {
    const entries = definitions(onhand, asked, { limit: LOOKED_AT, after });
    for (const { resource, position } of entries) {
      if (asked.category !== undefined && resource.category !== asked.category) continue;
      found.push(itemNow(onhand, resource, position));
      if (found.length === limit) return found;
    }
    after = entries.at(-1)?.resource.sku;
    if (after === undefined) return found;
    await nextTurn();
  }
}

/** In order of SKU: of items with a history at a location, of a category, or of all. */
function definitions(
  { rooms }: OnHand,
  { location, category }: Pick<ListItems['page'], 'location' | 'category'>,
  page: CatalogPage,
): readonly SetupEntry<Item>[] {
  if (location === undefined) {
    return rooms.catalog.entries('item', { ...page, category });
  }
  const skus = rooms.picture.ledger.skusAt(location, page);
  return skus.map((sku) => rooms.catalog.entry('item', sku)).filter((entry) => entry !== undefined);
}

import { isDeepStrictEqual } from 'node:util';
import {
  type Channel,
  type Item,
  parseScope,
  type PolicyInForce,
  type PolicyScope,
  isRejection,
} from '#inventory';
import type { CatalogBook, CatalogChange } from '#catalog';
import { everyPage } from './every-page.ts';

/** The numbers that a change of the set-up may change. */
export interface Touched {
  /** Those of a category or of channels are read page by page, and only once: there may be very many. */
  readonly items: 'all' | readonly string[] | Generator<string>;
  /** Only in these channels; in all, if left out. */
  readonly channels?: ReadonlySet<string>;
}

const NOTHING: Touched = { items: [] };

const PAGE_ITEMS = 200;

type Catalog = Pick<CatalogBook, 'channels' | 'entries' | 'item' | 'kitsHolding' | 'listing'>;

/** What a set-up event touches. The catalog already has the event. */
export function touchedBy(change: CatalogChange, catalog: Catalog): Touched {
  switch (change.kind) {
    case 'source':
      return NOTHING;
    case 'item':
      return touchedByItem(change.before, change.after, catalog);
    case 'location':
      if ((change.before?.active ?? false) === change.after.active) return NOTHING;
      return touchedInChannels(
        catalog.channels().filter(({ locations }) => locations.includes(change.after.id)),
        catalog,
      );
    case 'channel':
      return touchedByChannel(change.before, change.after, catalog);
    case 'listing': {
      const { channel, listing, sku } = change.after;
      // The new item comes first, so that it takes over the number before the former one would withdraw it.
      const skus = [sku, change.before?.sku, catalog.item(listing) && listing];
      return {
        items: withKits(
          skus.filter((named) => named !== undefined),
          catalog,
        ),
        channels: new Set([channel]),
      };
    }
    case 'policy':
      if (isSamePolicy(change.before, change.after)) return NOTHING;
      return touchedByScope(change.scope, catalog);
  }
}

/** What a policy of this scope may influence. */
export function touchedByScope(name: PolicyScope, catalog: Catalog): Touched {
  const scope = parseScope(name);
  if (isRejection(scope)) return NOTHING;
  switch (scope.kind) {
    case 'global':
      return { items: 'all' };
    case 'channel':
      return touchedInChannels(
        catalog.channels().filter(({ id }) => id === scope.channel),
        catalog,
      );
    case 'category':
      return { items: eachOnce(categoryWithKits(scope.category, catalog)) };
    case 'item':
      return { items: withKits([scope.sku], catalog) };
    case 'listing': {
      const sku = catalog.listing(scope.channel, scope.listing)?.sku;
      if (sku === undefined) return NOTHING;
      return { items: withKits([sku], catalog), channels: new Set([scope.channel]) };
    }
  }
}

/** What all of these touch together. */
export function touchedByAny(all: readonly Touched[]): Touched {
  if (all.some(({ items }) => items === 'all')) return { items: 'all' };
  return { items: eachOnce(everySku(all)) };
}

function* everySku(all: readonly Touched[]): Generator<string> {
  for (const { items } of all) yield* items;
}

function* eachOnce(skus: Iterable<string>): Generator<string> {
  const seen = new Set<string>();
  for (const sku of skus) {
    if (seen.has(sku)) continue;
    seen.add(sku);
    yield sku;
  }
}

function touchedByItem(before: Item | undefined, after: Item, catalog: Catalog): Touched {
  const isSame =
    before?.decimals === after.decimals &&
    before.category === after.category &&
    isDeepStrictEqual(before.components, after.components);
  return isSame ? NOTHING : { items: withKits([after.sku], catalog) };
}

function touchedByChannel(before: Channel | undefined, after: Channel, catalog: Catalog): Touched {
  const isSame = before?.lists === after.lists && isDeepStrictEqual(before.locations, after.locations);
  if (isSame) return NOTHING;
  if (before?.lists === 'all') return { items: 'all', channels: new Set([after.id]) };
  return touchedInChannels([after], catalog);
}

/** Everything that these channels list. */
function touchedInChannels(channels: readonly Channel[], catalog: Catalog): Touched {
  if (channels.length === 0) return NOTHING;
  const ids = new Set(channels.map(({ id }) => id));
  if (channels.some(({ lists }) => lists === 'all')) return { items: 'all', channels: ids };
  return { items: eachOnce(listedIn(ids, catalog)), channels: ids };
}

/** These items, and every kit that holds one of them. */
function withKits(skus: readonly string[], catalog: Catalog): readonly string[] {
  const all = new Set(skus);
  for (const sku of skus) for (const kit of catalog.kitsHolding(sku)) all.add(kit);
  return [...all];
}

function* listedIn(channels: Iterable<string>, catalog: Catalog): Generator<string> {
  for (const channel of channels) {
    const pages = everyPage(
      (after) => catalog.entries('listing', { channel, limit: PAGE_ITEMS, after }),
      ({ resource }) => resource.listing,
    );
    for (const page of pages) for (const { resource } of page) yield resource.sku;
  }
}

function* categoryWithKits(category: string, catalog: Catalog): Generator<string> {
  const pages = everyPage(
    (after) => catalog.entries('item', { category, limit: PAGE_ITEMS, after }),
    ({ resource }) => resource.sku,
  );
  for (const page of pages)
    yield* withKits(
      page.map(({ resource }) => resource.sku),
      catalog,
    );
}

/** A new version alone changes no number; a new moment from which sales count does. */
const isSamePolicy = (before: PolicyInForce | undefined, after: PolicyInForce | undefined): boolean =>
  before === after ||
  (isDeepStrictEqual(before?.fields ?? {}, after?.fields ?? {}) &&
    isDeepStrictEqual(before?.since ?? {}, after?.since ?? {}));

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Policy } from '#inventory';
import type { CatalogBook } from '#catalog';
import type { Instant, Quantity } from '#kernel';
import type { OfferShelf } from './offer-shelf.ts';
import { itemsIn } from './slices.ts';
import { finishRecount, type PastOfItems, recountOf, type SoldByChannel } from './sold-count.ts';
import { touchedByAny, touchedByScope } from './touched.ts';
import { numbersOf, withParts, type World } from './world.ts';

/** A number that would change. */
export interface PreviewItem {
  readonly channel: string;
  readonly listing: string;
  readonly sku: string;
  readonly from: Quantity;
  readonly to: Quantity;
}

/** A position after all events. */
const AFTER_ALL = Number.MAX_SAFE_INTEGER;

export async function* previewOf(
  parts: {
    readonly world: World;
    readonly catalog: CatalogBook;
    readonly past: PastOfItems;
    readonly offers: OfferShelf;
    readonly prepareLists: () => Promise<void>;
  },
  policies: readonly Policy[],
  now: Instant,
): AsyncGenerator<PreviewItem> {
  const { world, catalog, past, offers } = parts;
  await parts.prepareLists();
  const supposed = catalog.supposing(policies, { position: AFTER_ALL, recordedAt: now });
  const sold = new Map<string, SoldByChannel | undefined>();
  const counted: World = { ...world, policies: supposed };
  const wouldBe: World = { ...counted, soldOf: (sku) => (sold.has(sku) ? sold.get(sku) : world.soldOf(sku)) };
  const touched = touchedByAny(policies.map(({ scope }) => touchedByScope(scope, catalog)));
  for (const slice of itemsIn(touched.items, catalog)) {
    for (const sku of slice) {
      for (const part of withParts(catalog, sku)) {
        const recount = recountOf(counted, catalog.item(part) ?? { sku: part });
        sold.set(part, await finishRecount(past, { sku: part, recount, through: AFTER_ALL }));
      }
      yield* differences(sku);
    }
    sold.clear();
    await nextTurn();
  }

  function* differences(sku: string): Generator<PreviewItem> {
    for (const { channel, listing, available: to } of numbersOf(wouldBe, catalog.offering(sku))) {
      const from = offers.number(sku, channel, listing)?.available ?? 0;
      if (from !== to) yield { channel, listing, sku, from, to };
    }
  }
}

import type { CatalogBook } from '#catalog';
import { everyPage } from './every-page.ts';

/** Items that are computed in one turn of the event loop: a millisecond or two. */
const SLICE_ITEMS = 200;

/** SLICE_ITEMS items at a time; for `all`, pages are read from the catalog when they are asked for. */
export function* itemsIn(
  items: 'all' | Iterable<string>,
  catalog: Pick<CatalogBook, 'entries'>,
): Generator<readonly string[]> {
  if (items !== 'all') {
    let slice: string[] = [];
    for (const sku of items) {
      if (slice.push(sku) < SLICE_ITEMS) continue;
      yield slice;
      slice = [];
    }
    if (slice.length > 0) yield slice;
    return;
  }
  const pages = everyPage(
    (after) => catalog.entries('item', { limit: SLICE_ITEMS, after }),
    ({ resource }) => resource.sku,
  );
  for (const page of pages) yield page.map(({ resource }) => resource.sku);
}

import type { CatalogBook } from '#catalog';

/** Items between two looks at what else there is to do: a millisecond or two. */
const SLICE_ITEMS = 200;

/** So many items at a time; `all` are read from the catalog as they come. */
export function* itemsIn(
  items: 'all' | readonly string[],
  catalog: Pick<CatalogBook, 'entries'>,
): Generator<readonly string[]> {
  if (items !== 'all') {
    for (let from = 0; from < items.length; from += SLICE_ITEMS) yield items.slice(from, from + SLICE_ITEMS);
    return;
  }
  for (let after: string | undefined; ;) {
    const page = catalog.entries('item', { limit: SLICE_ITEMS, after });
    if (page.length === 0) return;
    yield page.map(({ resource }) => resource.sku);
    after = page.at(-1)?.resource.sku;
  }
}

import {
  isKit,
  isRejection,
  type Item,
  type Listing,
  type Location,
  type Policy,
  type Rejection,
  type Source,
} from '#inventory';
import type { CatalogDesk, ChannelPut, Put } from './catalog-desk.ts';
import { listingKey } from './setup-entry.ts';

/** A resource of any kind, as it is to be from now on. */
export type Resource =
  | { readonly kind: 'item'; readonly resource: Item }
  | { readonly kind: 'location'; readonly resource: Location }
  | { readonly kind: 'source'; readonly resource: Source }
  | { readonly kind: 'channel'; readonly resource: ChannelPut }
  | { readonly kind: 'listing'; readonly resource: Listing }
  | { readonly kind: 'policy'; readonly resource: Policy };

/** One row of a catalog file, already read: a resource to put, or the reason why it is not one. */
export type ImportRow = Resource | { readonly kind: 'rejected'; readonly rejection: Rejection };

/** What came of one row; `index` counts from 0. */
export interface ImportResult {
  readonly index: number;
  readonly kind: ImportRow['kind'];
  readonly id?: string;
  readonly outcome: Put<object>['outcome'] | 'rejected';
  readonly position?: number;
  readonly rejection?: Rejection;
}

/** Rows that are put at the same time: enough to fill the store's commits. */
const IN_FLIGHT_MAX = 512;

/**
 * Puts every row, in order wherever that matters: rows of one kind run together, but a kit, and the first row of
 * another kind, waits for all before it. Yields one result per row, in order. Throws the store's Faults.
 */
export async function* importRows(
  desk: CatalogDesk,
  rows: AsyncIterable<ImportRow> | Iterable<ImportRow>,
): AsyncGenerator<ImportResult> {
  const inFlight: Promise<ImportResult>[] = [];
  let kind: ImportRow['kind'] | undefined;
  let index = 0;
  for await (const row of rows) {
    const waits = row.kind !== kind || isKitRow(row);
    while (inFlight.length > (waits ? 0 : IN_FLIGHT_MAX - 1))
      yield await (inFlight.shift() as Promise<ImportResult>);
    kind = row.kind;
    const result = importRow(desk, row, index++);
    result.catch(() => undefined); // Handled when its turn comes, unless an earlier failure ends all.
    inFlight.push(result);
  }
  for (const result of inFlight) yield await result;
}

const isKitRow = (row: ImportRow): boolean => row.kind === 'item' && isKit(row.resource);

async function importRow(desk: CatalogDesk, row: ImportRow, index: number): Promise<ImportResult> {
  const { kind } = row;
  if (kind === 'rejected') return { index, kind, outcome: 'rejected', rejection: row.rejection };
  const id = idOf(row);
  const put = await putResource(desk, row);
  if (isRejection(put)) return { index, kind, id, outcome: 'rejected', rejection: put };
  return { index, kind, id, outcome: put.outcome, position: put.position };
}

export function putResource(desk: CatalogDesk, put: Resource): Promise<Put<object> | Rejection> {
  switch (put.kind) {
    case 'item':
      return desk.putItem(put.resource);
    case 'location':
      return desk.putLocation(put.resource);
    case 'source':
      return desk.putSource(put.resource);
    case 'channel':
      return desk.putChannel(put.resource);
    case 'listing':
      return desk.putListing(put.resource);
    case 'policy':
      return desk.putPolicy(put.resource);
  }
}

function idOf(row: Resource): string {
  switch (row.kind) {
    case 'item':
      return row.resource.sku;
    case 'listing':
      return listingKey(row.resource.channel, row.resource.listing);
    case 'policy':
      return row.resource.scope;
    default:
      return row.resource.id;
  }
}

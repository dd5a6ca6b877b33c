import {
  type CatalogView,
  grant,
  isRejection,
  keptOf,
  type RequestedLine,
  type ReservationState,
  type ReservedLine,
  type Shortage,
  shortagesOf,
  type StockReserved,
  wantedOf,
} from '#inventory';
import { type Quantity, stepOfDecimals } from '#kernel';
import type { ItemDesk } from './item-desk.ts';
import type { Done } from './item-slots.ts';

/** What could be held of a request; or, if that is not enough, what was missing. */
type HoldOutcome = { readonly lines: readonly ReservedLine[] } | { readonly shortages: readonly Shortage[] };

type Parts = StockReserved['parts'];

/**
 * Holds a request item by item, in order of SKU, so that two requests for the same items cannot both be refused
 * because of each other. After the first refusal of an all-or-nothing request the remaining items are only asked how
 * much they have. Called again, it finds what it held before.
 */
export async function holdItems(
  reservation: ReservationState,
  desk: Pick<ItemDesk, 'submit'>,
  catalog: CatalogView,
): Promise<HoldOutcome> {
  const { reservationId, request, channel, partial, expiresAt, requested } = reservation;
  const stepOf = (sku: string): Quantity => stepOfDecimals(catalog.item(sku)?.decimals ?? 0);
  const wanted = wantedOf(requested);
  const held = new Map<string, Parts>();
  const available = new Map<string, Quantity>();
  let isShort = false;
  for (const [sku, lines] of wanted) {
    const asked = { reservationId, request, channel, wanted: lines, partial, expiresAt, step: stepOf(sku) };
    const answer = await desk.submit(sku, { type: 'reserve', ...asked, probe: isShort && !partial });
    if (isRejection(answer)) {
      isShort = true;
      available.set(sku, Number(answer.facts?.['available'] ?? 0));
    } else {
      const parts = partsOf(answer);
      if (parts) held.set(sku, parts);
      available.set(sku, sum(parts ?? lines));
    }
  }
  const granted = grant(requested, available, stepOf);
  if (partial ? granted.every(({ quantity }) => quantity === 0) : isShort) {
    return { shortages: shortagesOf(granted) };
  }
  await trim(reservationId, { held, kept: keptOf(granted) }, desk);
  return { lines: reservedLines(requested, held, keptOf(granted)) };
}

/** Undefined if the item was only asked. */
function partsOf({ events, repeated }: Done): Parts | undefined {
  const reserved = repeated ?? events.find(({ type }) => type === 'StockReserved');
  return reserved?.type === 'StockReserved' ? reserved.data.parts : undefined;
}

/** Gives back what no line can use: components of kits that cannot be completed. */
async function trim(
  reservationId: string,
  { held, kept }: { held: ReadonlyMap<string, Parts>; kept: ReadonlyMap<string, Quantity> },
  desk: Pick<ItemDesk, 'submit'>,
): Promise<void> {
  for (const [sku, parts] of held) {
    const quantity = kept.get(sku) ?? 0;
    if (quantity < sum(parts)) await desk.submit(sku, { type: 'trim-hold', reservationId, quantity });
  }
}

/** What is kept of each item, from its first parts on; items in the order in which the request names them. */
function reservedLines(
  requested: readonly RequestedLine[],
  held: ReadonlyMap<string, Parts>,
  kept: ReadonlyMap<string, Quantity>,
): ReservedLine[] {
  const inOrder = new Set(
    requested.flatMap(({ sku, components }) => components?.map((each) => each.sku) ?? [sku]),
  );
  const lines: ReservedLine[] = [];
  for (const sku of inOrder) {
    let left = kept.get(sku) ?? 0;
    for (const { location, quantity } of held.get(sku) ?? []) {
      const taken = Math.min(left, quantity);
      if (taken > 0) lines.push({ sku, quantity: taken, location });
      left -= taken;
    }
  }
  return lines;
}

const sum = (parts: readonly { readonly quantity: Quantity }[]): Quantity =>
  parts.reduce((total, { quantity }) => total + quantity, 0);

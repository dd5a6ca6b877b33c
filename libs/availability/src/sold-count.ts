import { allocationsOf, itemStream, type ItemEvent, soldIn } from '#inventory';
import { type EventStore, pagesOf } from '#event-store';
import type { Instant } from '#kernel';
import type { Sold } from './offer.ts';
import { policyOfItem, type World } from './world.ts';

/** Where the past of an item is read from. */
export type PastOfItems = Pick<EventStore, 'readStream'>;

export type SoldByChannel = Readonly<Record<string, Sold>>;

/** How much of an item channels have sold, after its allocations may have changed. */
export interface Recount {
  /** Counts that go on, and those that begin at 0. */
  readonly kept: SoldByChannel | undefined;
  /** By channel, the moment from which its sales must be counted, because the item may have sales since then. */
  readonly unknownSince: ReadonlyMap<string, Instant>;
}

/** By the present allocations; nothing is read from the past. */
export function recountOf(world: World, item: { readonly sku: string; readonly category?: string }): Recount {
  const allocations = allocationsOf(policyOfItem(world.policies, item));
  if (allocations.length === 0) return NO_RECOUNT;
  const before = world.soldOf(item.sku);
  const kept: Record<string, Sold> = {};
  const unknownSince = new Map<string, Instant>();
  const latestAt = world.ledger.item(item.sku)?.latestAt ?? -1;
  for (const { channel, since } of allocations) {
    const counted = before?.[channel];
    if (counted?.since === since) kept[channel] = counted;
    else if (since <= latestAt) unknownSince.set(channel, since);
  }
  return { kept: withSales(kept), unknownSince };
}

const NO_RECOUNT: Recount = { kept: undefined, unknownSince: new Map() };

/** Reads what is unknown from the item's past, up to the log position `through`. */
export async function finishRecount(
  past: PastOfItems,
  { sku, recount, through }: { readonly sku: string; readonly recount: Recount; readonly through: number },
): Promise<SoldByChannel | undefined> {
  const { kept, unknownSince } = recount;
  if (unknownSince.size === 0) return kept;
  const counted = await countSold(past, sku, { since: unknownSince, through });
  return withSales({ ...kept, ...counted });
}

async function countSold(
  past: PastOfItems,
  sku: string,
  { since, through }: { since: ReadonlyMap<string, Instant>; through: number },
): Promise<SoldByChannel> {
  const sold: Record<string, Sold> = {};
  for await (const page of pagesOf(past, itemStream(sku))) {
    for (const event of page) {
      if (event.position > through) return sold;
      addSale(sold, event as unknown as ItemEvent, since);
    }
  }
  return sold;
}

function addSale(sold: Record<string, Sold>, event: ItemEvent, since: ReadonlyMap<string, Instant>): void {
  if (event.type !== 'MovementPosted' || event.data.channel === undefined) return;
  const { channel, key } = event.data;
  const from = since.get(channel);
  if (from === undefined || key.at < from) return;
  sold[channel] = { since: from, quantity: (sold[channel]?.quantity ?? 0) + soldIn(event.data) };
}

function withSales(sold: SoldByChannel): SoldByChannel | undefined {
  const entries = Object.entries(sold).filter(([, { quantity }]) => quantity > 0);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

import {
  allocationsOf,
  availableKits,
  availableOf,
  flattenKit,
  type InnerKit,
  isKit,
  type Item,
  type ItemInput,
  type ItemState,
  claimsOf,
  type Component,
  type EffectivePolicy,
  type KitInput,
  type ListingInput,
  type RingFence,
  ringFencedFrom,
  type Stacked,
  stackedIn,
} from '#inventory';
import type { CatalogBook, Offered, Offering, Policies, SellingChannel } from '#catalog';
import type { Quantity } from '#kernel';
import type { Sold } from './offer.ts';
import type { Wanted } from './offer-shelf.ts';

/** Items by SKU as the ledger has them now. */
export interface ItemStates {
  item(sku: string): ItemState | undefined;
}

/** Everything that numbers are computed from, as it is or as it would be under other policies. */
export interface World {
  readonly catalog: Pick<CatalogBook, 'item' | 'offering' | 'listing'>;
  readonly ledger: ItemStates;
  readonly policies: Policies;
  /** How much of an item each channel has sold since its allocation began to count. */
  soldOf(sku: string): Readonly<Record<string, Sold>> | undefined;
}

const NO_FENCES: readonly RingFence[] = [];

/** The number of every listing of an item, in the channels concerned (all, if left out). */
export function numbersOf(
  world: World,
  offering: Offering | undefined,
  concerned?: ReadonlySet<string>,
): readonly Wanted[] {
  if (offering === undefined) return [];
  const { item, offers } = offering;
  const wanted = concerned === undefined ? offers : offers.filter(({ channel }) => concerned.has(channel.id));
  return isKit(item) ? kitNumbers(world, item, wanted) : itemNumbers(world, item, wanted);
}

function itemNumbers(world: World, item: Item, offers: readonly Offered[]): readonly Wanted[] {
  const state = world.ledger.item(item.sku);
  const of = { item, state, fences: fencesOf(world, item, state) };
  return offers.map((offered) => wantedAs(offered, availableOf(listingInput(world, offered, of))));
}

function kitNumbers(world: World, kit: Item, offers: readonly Offered[]): readonly Wanted[] {
  const of = { kit, stacked: stackedIn(world.catalog, kit.sku) };
  return offers.map((offered) => wantedAs(offered, availableKits(kitInput(world, offered, of))));
}

const wantedAs = ({ channel, listing, implied }: Offered, available: Quantity): Wanted => ({
  channel: channel.id,
  listing,
  available,
  implied,
});

/** What the number of a listing of an ordinary item is computed from. */
export function listingInput(
  { policies }: World,
  { channel, listing, unitsPer }: Offered,
  of: { readonly item: Item; readonly state: ItemState | undefined; readonly fences: readonly RingFence[] },
): ListingInput {
  return {
    state: of.state,
    active: channel.active,
    policy: policies.policyFields(channel.id, listing, of.item),
    ringFenced: of.fences.length === 0 ? 0 : ringFencedFrom(channel.id, of.fences),
    decimals: of.item.decimals,
    unitsPer,
  };
}

/** What the number of a listing of a kit is computed from. */
export function kitInput(
  world: World,
  { channel, listing, unitsPer }: Offered,
  { kit, stacked: { parts, kits } }: { readonly kit: Item; readonly stacked: Stacked },
): KitInput {
  const policy = world.policies.policyFields(channel.id, listing, kit);
  return {
    components: partsFor(world, channel, parts),
    inner: kits.flatMap((held) => innerKit(world, channel, held)),
    policy,
    decimals: kit.decimals,
    unitsPer,
  };
}

const partsFor = (
  world: World,
  channel: SellingChannel,
  parts: readonly Component[],
): KitInput['components'] =>
  parts.map(({ sku, quantity }) => ({ sku, required: quantity, input: itemInput(world, channel, sku) }));

/** Empty if the inner kit has no limit of its own: then its parts alone determine its number. */
function innerKit(world: World, channel: SellingChannel, { sku, quantity }: Component): readonly InnerKit[] {
  const kit = world.catalog.item(sku);
  if (kit === undefined) return [];
  const policy = policyOfListed(world, channel, kit);
  if (policy.cap === undefined && policy.stopAt === undefined) return [];
  const components = partsFor(world, channel, flattenKit(world.catalog, sku));
  return [{ sku, required: quantity, components, policy, decimals: kit.decimals }];
}

/**
 * For how much of an item a channel may sell, regardless of listings. If the item has a listing by its own name there,
 * that listing's policy applies: no kit offers more of the item than the channel is told under that name.
 */
export function itemInput(
  world: World,
  channel: SellingChannel,
  sku: string,
  state = world.ledger.item(sku),
): ItemInput {
  const item = world.catalog.item(sku) ?? { sku, decimals: 0 };
  const fences = fencesOf(world, item, state);
  return {
    state,
    active: channel.active,
    policy: policyOfListed(world, channel, item),
    ringFenced: ringFencedFrom(channel.id, fences),
    decimals: item.decimals,
  };
}

function policyOfListed(
  { catalog, policies }: World,
  { id }: SellingChannel,
  item: Pick<Item, 'sku' | 'category'>,
): EffectivePolicy {
  const isListed = catalog.listing(id, item.sku)?.sku === item.sku;
  return policies.policyFields(id, isListed ? item.sku : undefined, item);
}

/** What is set aside of an item for channels, with how much of it they have used up. */
export function fencesOf(
  world: World,
  item: Pick<Item, 'sku' | 'category'>,
  state = world.ledger.item(item.sku),
): readonly RingFence[] {
  const allocations = allocationsOf(policyOfItem(world.policies, item));
  if (allocations.length === 0) return NO_FENCES;
  const sold = world.soldOf(item.sku);
  return allocations.map(({ channel, quantity, since }) => {
    const { committed, reserved } = state === undefined ? NO_CLAIMS : claimsOf(state, channel);
    return { channel, quantity, since, committed, reserved, sold: soldSince(sold?.[channel], since) };
  });
}

/** A count from another moment on belongs to a former allocation. */
const soldSince = (sold: Sold | undefined, since: number): Quantity =>
  sold?.since === since ? sold.quantity : 0;

/** The policy that applies to an item in every channel, which is where allocations are. */
export const policyOfItem = (policies: Policies, item: Pick<Item, 'sku' | 'category'>): EffectivePolicy =>
  policies.policyFields(NO_CHANNEL, undefined, item);

/** No channel has this name. */
const NO_CHANNEL = '';
const NO_CLAIMS = { committed: 0, reserved: 0 };

/** An item and, if it is a kit, all items that it is made of. */
export const withParts = (catalog: Pick<World['catalog'], 'item'>, sku: string): readonly string[] => [
  sku,
  ...flattenKit(catalog, sku).map((part) => part.sku),
];

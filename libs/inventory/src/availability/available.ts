import type { Quantity } from '#kernel';
import type { EffectivePolicy } from '../catalog/policy.ts';
import { free } from '../item/item-readers.ts';
import type { ItemState } from '../item/item-state.ts';
import { ALL_OF_IT, kitsIn, perListing, type PublishRules, publishedOf } from './published.ts';

/** Everything that determines how much of an item a channel may sell. */
export interface ItemInput {
  /** Absent if nothing has ever happened to the item. */
  readonly state: ItemState | undefined;
  /** The channel's locations that are active. */
  readonly active: ReadonlySet<string>;
  readonly policy: EffectivePolicy;
  /** What is set aside for other channels. */
  readonly ringFenced: Quantity;
  /** Of the item. */
  readonly decimals: number;
}

/** A listing of an ordinary item. */
export interface ListingInput extends ItemInput {
  readonly unitsPer: Quantity;
}

/** A listing of a kit. */
export interface KitInput extends Kit {
  /** The kits within it that have a stopAt or cap of their own. */
  readonly inner: readonly InnerKit[];
  readonly unitsPer: Quantity;
}

/** The components are ordinary items, each named once. */
interface Kit {
  readonly components: readonly KitPart[];
  /** The policy of the kit itself, of which only stopAt and cap count. */
  readonly policy: EffectivePolicy;
  readonly decimals: number;
}

export interface InnerKit extends Kit {
  readonly sku: string;
  /** How many of it one kit holds. */
  readonly required: Quantity;
}

interface KitPart {
  readonly sku: string;
  /** How much of it one kit holds. */
  readonly required: Quantity;
  readonly input: ItemInput;
}

/** The number a channel is told for a listing, in units of the listing. */
export const availableOf = (input: ListingInput): Quantity => perListing(sellableTo(input), input.unitsPer);

/** The number a channel is told for a listing of a kit. */
export function availableKits({ inner, unitsPer, ...kit }: KitInput): Quantity {
  const held = inner.map(({ required, ...innerKit }) => ({ available: sellableKits(innerKit), required }));
  return perListing(sellableKits(kit, held), unitsPer);
}

/** How many of a kit a channel may sell: as many as its parts make, and the kits within it. */
export function sellableKits(
  { components, policy, decimals }: Kit,
  inner: Parameters<typeof kitsIn>[0] = [],
): Quantity {
  const parts = components.map(({ required, input }) => ({ available: sellableTo(input), required }));
  return publishedOf(kitsIn([...parts, ...inner]), kitRules(policy, decimals));
}

/** What a channel may sell of an item, in the item's own units. */
export const sellableTo = (input: ItemInput): Quantity => publishedOf(availableToSell(input), rulesOf(input));

/** How much of an item a channel may reserve: ATS − buffer. Below 0 if more is promised than there is. */
export const reservableOf = (input: ItemInput): Quantity =>
  availableToSell(input) - (input.policy.buffer?.value ?? 0);

/**
 * ATS: over the channel's active locations, sellable − committed − reserved − the location's safety stock;
 * less the safety stock and what is set aside for others. A location below 0 is not clamped to 0: it makes
 * the channel offer less, never more.
 */
export function availableToSell({ state, active, policy, ringFenced }: ItemInput): Quantity {
  let ats = 0;
  if (state !== undefined) {
    for (const place of state.places) {
      if (active.has(place.location)) ats += free(place);
    }
  }
  const { locationSafetyStock, safetyStock } = policy;
  if (locationSafetyStock !== undefined) {
    for (const location in locationSafetyStock.value) {
      if (active.has(location)) ats -= locationSafetyStock.value[location] ?? 0;
    }
  }
  return ats - (safetyStock?.value ?? 0) - ringFenced;
}

export const rulesOf = ({ policy, decimals }: ItemInput): PublishRules => ({
  stopAt: policy.stopAt?.value,
  buffer: policy.buffer?.value ?? 0,
  percent: policy.percent?.value ?? ALL_OF_IT,
  cap: policy.cap?.value,
  decimals,
});

export const kitRules = (policy: EffectivePolicy, decimals: number): PublishRules => ({
  stopAt: policy.stopAt?.value,
  buffer: 0,
  percent: ALL_OF_IT,
  cap: policy.cap?.value,
  decimals,
});

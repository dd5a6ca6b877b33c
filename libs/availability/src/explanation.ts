import {
  type ComponentTerms,
  componentTerms,
  type EffectivePolicy,
  isKit,
  type Item,
  kitTerms,
  type PolicyTerm,
  policyTerms,
  stackedIn,
  type Term,
  termsOf,
} from '#inventory';
import type { Offered } from '#catalog';
import type { Quantity } from '#kernel';
import type { ListingNumber } from './offer.ts';
import { fencesOf, kitInput, listingInput, type World } from './world.ts';

/** A listing's number and how it is made up: `recompute(terms, components)` gives exactly that number. */
export interface Explanation {
  readonly available: Quantity;
  readonly version: number;
  readonly sku: string;
  /** False if the channel no longer offers it: that is the only reason why its number is 0. */
  readonly isOffered: boolean;
  readonly terms: readonly Term[];
  /** The policy fields that influenced it, and the scopes they come from; for a kit, with those of its components. */
  readonly policies: readonly PolicyTerm[];
  /** Only for a kit. */
  readonly components?: readonly ComponentTerms[];
}

export function explain(
  world: World,
  { channel, listing, sku, available, version }: ListingNumber,
): Explanation {
  const { item, offers } = world.catalog.offering(sku) ?? NOT_THERE;
  const offered = offers.find((offer) => offer.channel.id === channel && offer.listing === listing);
  const isOffered = item !== undefined && offered !== undefined;
  return { available, version, sku, isOffered, ...(isOffered ? partsOf(world, item, offered) : NO_PARTS) };
}

const NOT_THERE = { item: undefined, offers: [] };

type Parts = Pick<Explanation, 'terms' | 'policies' | 'components'>;

/** None of it counts for the channel, wherever it is. */
const NO_PARTS: Parts = { terms: [{ name: 'sellable', value: 0 }], policies: [] };

const partsOf = (world: World, item: Item, offered: Offered): Parts =>
  isKit(item) ? kitParts(world, item, offered) : itemParts(world, item, offered);

function itemParts(world: World, item: Item, offered: Offered): Parts {
  const state = world.ledger.item(item.sku);
  const input = listingInput(world, offered, { item, state, fences: fencesOf(world, item, state) });
  return { terms: termsOf(input), policies: policyTerms(input.policy) };
}

function kitParts(world: World, kit: Item, offered: Offered): Parts {
  const input = kitInput(world, offered, { kit, stacked: stackedIn(world.catalog, kit.sku) });
  const own: readonly (keyof EffectivePolicy)[] = ['cap', 'stopAt'];
  const policies = new Map<string, PolicyTerm>();
  const say = (term: PolicyTerm): unknown => policies.set(`${term.field} ${term.scope}`, term);
  for (const { policy } of [input, ...input.inner])
    policyTerms(policy)
      .filter(({ field }) => own.includes(field))
      .forEach(say);
  for (const component of input.components) policyTerms(component.input.policy).forEach(say);
  return { terms: kitTerms(input), policies: [...policies.values()], components: componentTerms(input) };
}

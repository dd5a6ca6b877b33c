import { type Quantity, UNIT } from '#kernel';
import type { EffectivePolicy } from '../catalog/policy.ts';
import { sellable } from '../item/item-readers.ts';
import {
  type ItemInput,
  type KitInput,
  kitRules,
  type ListingInput,
  rulesOf,
  sellableKits,
  sellableTo,
} from './available.ts';
import { ALL_OF_IT, kitsIn, perListing, publishedOf } from './published.ts';

export const TERM_NAMES = [
  'sellable',
  'committed',
  'reserved',
  'locationSafetyStock',
  'safetyStock',
  'ringFenced',
  'buffer',
  'percent',
  'cap',
  'stopAt',
  'decimals',
  'unitsPer',
] as const;

/** One number that goes into a listing's number. */
export interface Term {
  readonly name: (typeof TERM_NAMES)[number];
  /** A quantity; for `percent` the percentage in the same hundred-thousandths, for `decimals` the plain count. */
  readonly value: Quantity;
  readonly location?: string;
}

/** One field of a policy that influenced the number, and the scope it comes from. */
export interface PolicyTerm {
  readonly scope: string;
  readonly field: keyof EffectivePolicy;
  readonly value: Quantity | Readonly<Record<string, Quantity>>;
  readonly position: number;
}

/** A component of a kit, with the terms of its number. */
export interface ComponentTerms {
  readonly sku: string;
  readonly required: Quantity;
  /** How much of it the channel may sell. */
  readonly available: Quantity;
  readonly terms: readonly Term[];
}

/** The terms of a listing's number, from which `recompute` makes exactly that number again. */
export const termsOf = (input: ListingInput): readonly Term[] => [
  ...itemTerms(input),
  { name: 'unitsPer', value: input.unitsPer },
];

/** The terms of how much of an item a channel may sell. `cap` and `stopAt` are among them only if they are set. */
function itemTerms(input: ItemInput): readonly Term[] {
  const { policy, ringFenced } = input;
  const { buffer, percent, cap, stopAt, decimals } = rulesOf(input);
  return [
    ...placeTerms(input),
    { name: 'safetyStock', value: policy.safetyStock?.value ?? 0 },
    { name: 'ringFenced', value: ringFenced },
    { name: 'buffer', value: buffer },
    { name: 'percent', value: percent },
    ...limitTerms(cap, stopAt),
    { name: 'decimals', value: decimals },
  ];
}

/** The terms that a kit's own listing adds to those of its components. */
export const kitTerms = (input: KitInput): readonly Term[] => [
  ...ownTerms(input),
  { name: 'unitsPer', value: input.unitsPer },
];

function ownTerms({ policy, decimals }: Pick<KitInput, 'policy' | 'decimals'>): readonly Term[] {
  const { cap, stopAt } = kitRules(policy, decimals);
  return [...limitTerms(cap, stopAt), { name: 'decimals', value: decimals }];
}

/** The terms of the ordinary items that a kit is made of, and of the kits within it that have limits of their own. */
export const componentTerms = ({ components, inner }: KitInput): readonly ComponentTerms[] => [
  ...components.map(({ sku, required, input }) => ({
    sku,
    required,
    available: sellableTo(input),
    terms: itemTerms(input),
  })),
  ...inner.map((kit) => ({
    sku: kit.sku,
    required: kit.required,
    available: sellableKits(kit),
    terms: ownTerms(kit),
  })),
];

/** The policies behind the terms, field by field. */
export function policyTerms(policy: EffectivePolicy): readonly PolicyTerm[] {
  return POLICY_FIELDS.flatMap((field) => {
    const rule = policy[field];
    return rule === undefined
      ? []
      : [{ scope: rule.scope, field, value: rule.value, position: rule.position }];
  });
}

/** A listing's number, from its terms alone; a kit's, from its components' numbers too. */
export function recompute(
  terms: readonly Term[],
  components?: readonly Pick<ComponentTerms, 'available' | 'required'>[],
): Quantity {
  const ats = components === undefined ? atsOf(terms) : kitsIn(components);
  const published = publishedOf(ats, {
    stopAt: valueOf(terms, 'stopAt'),
    buffer: valueOf(terms, 'buffer') ?? 0,
    percent: valueOf(terms, 'percent') ?? ALL_OF_IT,
    cap: valueOf(terms, 'cap'),
    decimals: valueOf(terms, 'decimals') ?? 0,
  });
  return perListing(published, valueOf(terms, 'unitsPer') ?? UNIT);
}

const POLICY_FIELDS: readonly (keyof EffectivePolicy)[] = [
  'safetyStock',
  'locationSafetyStock',
  'allocations',
  'buffer',
  'percent',
  'cap',
  'stopAt',
];

function placeTerms({ state, active, policy }: ItemInput): readonly Term[] {
  const terms: Term[] = [];
  for (const location of active) {
    const place = state?.places.find((known) => known.location === location);
    if (place !== undefined) {
      terms.push({ name: 'sellable', value: sellable(place), location });
      terms.push({ name: 'committed', value: place.committed, location });
      terms.push({ name: 'reserved', value: place.reserved, location });
    }
    const safetyStock = policy.locationSafetyStock?.value[location];
    if (safetyStock !== undefined) terms.push({ name: 'locationSafetyStock', value: safetyStock, location });
  }
  return terms;
}

function limitTerms(cap: Quantity | undefined, stopAt: Quantity | undefined): readonly Term[] {
  const terms: Term[] = [];
  if (cap !== undefined) terms.push({ name: 'cap', value: cap });
  if (stopAt !== undefined) terms.push({ name: 'stopAt', value: stopAt });
  return terms;
}

function atsOf(terms: readonly Term[]): Quantity {
  let ats = 0;
  for (const { name, value } of terms) {
    if (name === 'sellable') ats += value;
    else if (TAKEN_AWAY.has(name)) ats -= value;
  }
  return ats;
}

const TAKEN_AWAY: ReadonlySet<Term['name']> = new Set([
  'committed',
  'reserved',
  'locationSafetyStock',
  'safetyStock',
  'ringFenced',
] as const);

const valueOf = (terms: readonly Term[], name: Term['name']): Quantity | undefined =>
  terms.find((term) => term.name === name)?.value;

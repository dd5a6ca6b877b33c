import type { Channel, Item, Listing, Location, Policy, PolicyFields, Source } from '#inventory';
import { type ChannelPut, type ResourceOf, type SetupKind, withoutSecret } from '#catalog';
import { UNIT } from '#kernel';
import type {
  ChannelTold,
  ItemTold,
  ListingTold,
  LocationTold,
  PolicyTold,
  SourceTold,
} from '../bodies/setup-bodies.ts';
import { instant, present, quantity, quantityMap, time, units, unitsMap } from './scalars.ts';

/** Set-up as it is told, with its defaults, and as it is shown. */

export const toLocation = (id: string, told: LocationTold): Location => ({
  id,
  name: told.name ?? id,
  kind: told.kind,
  active: told.active ?? true,
});

export const toSource = (id: string, told: SourceTold): Source => ({
  id,
  name: told.name ?? id,
  kind: told.kind,
  unknownItems: told.unknownItems ?? 'create',
});

export const toChannel = (id: string, told: ChannelTold): ChannelPut => ({
  id,
  name: told.name ?? id,
  kind: told.kind,
  locations: told.locations ?? [],
  lists: told.lists ?? 'all',
  unknownItems: told.unknownItems ?? 'park',
  ...(told.webhook && { webhook: present({ url: told.webhook.url, secret: told.webhook.secret }) }),
});

export const toItem = (sku: string, told: ItemTold): Item => ({
  sku,
  name: told.name ?? sku,
  ...present({ category: told.category }),
  decimals: told.decimals ?? 0,
  ...present({ unit: told.unit }),
  identifiers: (told.identifiers ?? []).map(({ scheme, value }) => ({ scheme, value })),
  components: (told.components ?? []).map((part) => ({ sku: part.sku, quantity: quantity(part.quantity) })),
});

export const toListing = (channel: string, listing: string, told: ListingTold): Listing => ({
  channel,
  listing,
  sku: told.sku,
  unitsPer: told.unitsPer === undefined ? UNIT : quantity(told.unitsPer),
});

export function toPolicy(scope: string, told: PolicyTold): Policy {
  const { effectiveAt } = told;
  return { scope, fields: toPolicyFields(told), ...(effectiveAt && { effectiveAt: instant(effectiveAt) }) };
}

const AMOUNTS = [
  'safetyStock',
  'buffer',
  'percent',
  'cap',
  'stopAt',
] as const satisfies (keyof PolicyFields)[];
const MAPS = ['locationSafetyStock', 'allocations'] as const satisfies (keyof PolicyFields)[];

function toPolicyFields(told: PolicyTold): PolicyFields {
  const set: Record<string, unknown> = {};
  for (const name of AMOUNTS) if (told[name] !== undefined) set[name] = quantity(told[name]);
  for (const name of MAPS) if (told[name] !== undefined) set[name] = quantityMap(told[name]);
  return set;
}

/** A resource as it is shown, by kind. */
export const SHOW: { readonly [Kind in SetupKind]: (resource: ResourceOf[Kind]) => object } = {
  item: (item) => ({
    ...item,
    components: item.components.map((part) => ({ sku: part.sku, quantity: units(part.quantity) })),
  }),
  location: (location) => location,
  source: (source) => source,
  channel: (channel: Channel) => withoutSecret(channel),
  listing: (listing) => ({ ...listing, unitsPer: units(listing.unitsPer) }),
  policy: showPolicy,
};

function showPolicy({ scope, fields, effectiveAt }: Policy): object {
  const shown: Record<string, unknown> = { scope };
  for (const name of AMOUNTS) if (fields[name] !== undefined) shown[name] = units(fields[name]);
  for (const name of MAPS) if (fields[name] !== undefined) shown[name] = unitsMap(fields[name]);
  if (effectiveAt !== undefined) shown['effectiveAt'] = time(effectiveAt);
  return shown;
}

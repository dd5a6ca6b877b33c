import { type Quantity, toUnits, UNIT } from '#kernel';
import { shown } from '../document/words.ts';
import { isRejection, type Rejection } from '../rejection.ts';
import { type CatalogView, type Policy, POLICY_ENTRIES_MAX } from './catalog-types.ts';
import { firstOf, tooMany, unknownChannel, unknownItem, unknownLocation } from './check-setup.ts';
import { parseScope, type Scope } from './policy-scope.ts';

const PERCENT_MAX: Quantity = 100 * UNIT;
/** Stock set aside for one channel is withheld from all others: no scope of a single channel may do that. */
const ALLOCATING_SCOPES: readonly Scope['kind'][] = ['global', 'category', 'item'];

/**
 * SCOPE_INVALID; for the scope itself CHANNEL_UNKNOWN, ITEM_UNKNOWN, LISTING_UNKNOWN (without a pointer, for the path
 * names them); for its fields LOCATION_UNKNOWN, CHANNEL_UNKNOWN, OUT_OF_RANGE, TOO_MANY_….
 * A category needs no definition: it is a word that items carry.
 */
export function checkPolicy(policy: Policy, view: CatalogView): Rejection | undefined {
  const scope = parseScope(policy.scope);
  if (isRejection(scope)) return scope;
  return unknownScope(scope, view) ?? checkValues(policy) ?? checkMaps(policy, scope, view);
}

function unknownScope(scope: Scope, view: CatalogView): Rejection | undefined {
  switch (scope.kind) {
    case 'global':
    case 'category':
      return undefined;
    case 'channel':
      return unknownChannel(scope.channel, view);
    case 'item':
      return unknownItem(scope.sku, view);
    case 'listing':
      return unknownChannel(scope.channel, view) ?? unknownListing(scope.channel, scope.listing, view);
  }
}

function unknownListing(channel: string, listing: string, view: CatalogView): Rejection | undefined {
  if (view.listing(channel, listing) !== undefined) return undefined;
  return {
    code: 'LISTING_UNKNOWN',
    detail: `${shown(channel)} has no listing ${shown(listing)}. Define it first.`,
  };
}

function checkValues({ fields }: Policy): Rejection | undefined {
  const { safetyStock, buffer, cap, stopAt, percent } = fields;
  return (
    firstOf(Object.entries({ safetyStock, buffer, cap, stopAt, percent }), ([name, value]) =>
      negative(`/${name}`, value),
    ) ??
    (percent !== undefined && percent > PERCENT_MAX
      ? outOfRange('/percent', 'a number from 0 to 100', percent)
      : undefined)
  );
}

function checkMaps({ fields }: Policy, scope: Scope, view: CatalogView): Rejection | undefined {
  const allocations = Object.entries(fields.allocations ?? {});
  const safety = Object.entries(fields.locationSafetyStock ?? {});
  if (fields.allocations !== undefined && !ALLOCATING_SCOPES.includes(scope.kind)) {
    const detail = 'This scope takes no allocations. Put them in a global, category or item scope.';
    return { code: 'OUT_OF_RANGE', detail, pointer: '/allocations' };
  }
  return (
    tooMany('ALLOCATIONS', '/allocations', allocations.length, POLICY_ENTRIES_MAX) ??
    tooMany('LOCATIONS', '/locationSafetyStock', safety.length, POLICY_ENTRIES_MAX) ??
    firstOf(allocations, ([channel, quantity]) => {
      const pointer = `/allocations/${channel}`;
      return unknownChannel(channel, view, pointer) ?? negative(pointer, quantity);
    }) ??
    firstOf(safety, ([location, quantity]) => {
      const pointer = `/locationSafetyStock/${location}`;
      return unknownLocation(location, view, pointer) ?? negative(pointer, quantity);
    })
  );
}

const negative = (pointer: string, value: Quantity | undefined): Rejection | undefined =>
  value === undefined || value >= 0 ? undefined : outOfRange(pointer, '0 or more', value);

const outOfRange = (pointer: string, allowed: string, value: Quantity): Rejection => ({
  code: 'OUT_OF_RANGE',
  detail: `${toUnits(value)} is out of range. Send ${allowed}.`,
  pointer,
});

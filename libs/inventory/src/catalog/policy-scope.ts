import { shown } from '../document/words.ts';
import type { Rejection } from '../rejection.ts';
import type { PolicyScope } from './catalog-types.ts';
import { SLUG } from './slug.ts';

/** What a policy is about, from the widest to the narrowest. */
export type Scope =
  | { readonly kind: 'global' }
  | { readonly kind: 'channel'; readonly channel: string }
  | { readonly kind: 'category'; readonly category: string }
  | { readonly kind: 'item'; readonly sku: string }
  | { readonly kind: 'listing'; readonly channel: string; readonly listing: string };

/** Reads a scope's name; SCOPE_INVALID if it is none. Nothing is looked up. */
export function parseScope(scope: PolicyScope): Scope | Rejection {
  if (scope === 'global') return { kind: 'global' };
  const colon = scope.indexOf(':');
  const name = scope.slice(colon + 1);
  if (colon < 0 || name === '') return invalid(scope);
  switch (scope.slice(0, colon)) {
    case 'channel':
      return SLUG.test(name) ? { kind: 'channel', channel: name } : invalid(scope);
    case 'category':
      return { kind: 'category', category: name };
    case 'item':
      return { kind: 'item', sku: name };
    case 'listing':
      return parseListing(name) ?? invalid(scope);
    default:
      return invalid(scope);
  }
}

/** A channel's id has no colon, so that everything after the first one is the listing's name. */
function parseListing(name: string): Scope | undefined {
  const colon = name.indexOf(':');
  const channel = name.slice(0, colon);
  const listing = name.slice(colon + 1);
  if (colon < 0 || !SLUG.test(channel) || listing === '') return undefined;
  return { kind: 'listing', channel, listing };
}

const invalid = (scope: string): Rejection => ({
  code: 'SCOPE_INVALID',
  detail: `${shown(scope)} is not a scope. Send one of global, channel:{channel}, category:{category}, item:{sku}, listing:{channel}:{listing}.`,
});

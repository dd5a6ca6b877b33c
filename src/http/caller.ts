import type { Bringer } from '#journal';

/** Who asks, as its key says. */
export type Caller =
  /** A channel or a source: `name` is its own id. */
  | { readonly kind: 'channel' | 'source'; readonly name: string; readonly keyId: string }
  | { readonly kind: 'analyst' | 'admin'; readonly keyId: string };

/** The command line beside the service, by the secret in the data directory. */
export const SERVICE_CALLER: Caller = { kind: 'admin', keyId: 'service' };
/** What that secret begins with: no key does. */
export const SERVICE_PREFIX = 'ohs_';
/** Everybody, where AUTH is off: loopback only. */
export const OPEN_CALLER: Caller = { kind: 'admin', keyId: 'open' };

/** Whose rows a list shows: one channel's or source's own, or everybody's. */
export const ownerOf = (caller: Caller): string | undefined =>
  caller.kind === 'channel' || caller.kind === 'source' ? caller.name : undefined;

/** Whose messages they are, as the journal keeps them. */
export function bringerOf(caller: Caller): Bringer {
  const identity = ownerOf(caller);
  return identity === undefined ? { door: 'http' } : { door: 'http', identity };
}

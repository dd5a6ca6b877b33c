import type { Instant } from '#kernel';
import {
  type Channel,
  type Item,
  type Listing,
  type Location,
  type Policy,
  setupStream,
  type Source,
} from '#inventory';

/** The resources of the set-up, by kind. */
export interface ResourceOf {
  readonly item: Item;
  readonly location: Location;
  readonly source: Source;
  readonly channel: Channel;
  readonly listing: Listing;
  readonly policy: Policy;
}

export type SetupKind = keyof ResourceOf;

/** A resource, and the event that put it as it is. */
export interface SetupEntry<Resource> {
  readonly resource: Resource;
  /** Of the event that put it as it is. The same PUT again changes nothing, and is answered with this position. */
  readonly position: number;
  readonly recordedAt: Instant;
  /** Of its stream's newest event, which the next change expects. */
  readonly revision: number;
}

/** A channel as readers see it: a secret that was put is never shown again. */
type PublicChannel = Omit<Channel, 'webhook'> & { readonly webhook?: { readonly url: string } };

export function withoutSecret({ webhook, ...channel }: Channel): PublicChannel {
  return webhook === undefined ? channel : { ...channel, webhook: { url: webhook.url } };
}

/** Unambiguous: a channel id has no colon, so that the channel is what is before the first one. */
export const listingKey = (channel: string, listing: string): string => `${channel}:${listing}`;

export function streamOf(kind: SetupKind, id: string): string {
  if (kind === 'listing')
    return setupStream.listing(id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1));
  return setupStream[kind](id);
}

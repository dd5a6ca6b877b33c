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

/** What is set up, by kind. */
export interface ResourceOf {
  readonly item: Item;
  readonly location: Location;
  readonly source: Source;
  readonly channel: Channel;
  readonly listing: Listing;
  readonly policy: Policy;
}

export type SetupKind = keyof ResourceOf;

/** A resource with the event that put it so. */
export interface SetupEntry<Resource> {
  readonly resource: Resource;
  /** Of the event that put it as it is: the same PUT again changes nothing and answers this position. */
  readonly position: number;
  readonly recordedAt: Instant;
  /** Of its stream's newest event: what the next change expects. */
  readonly revision: number;
}

/** A channel as reads show it: a secret that was put never comes out again. */
type PublicChannel = Omit<Channel, 'webhook'> & { readonly webhook?: { readonly url: string } };

export function withoutSecret({ webhook, ...channel }: Channel): PublicChannel {
  return webhook === undefined ? channel : { ...channel, webhook: { url: webhook.url } };
}

/** A channel id has no colon: what stands before the first one is the channel. */
export const listingKey = (channel: string, listing: string): string => `${channel}:${listing}`;

export function streamOf(kind: SetupKind, id: string): string {
  if (kind === 'listing')
    return setupStream.listing(id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1));
  return setupStream[kind](id);
}

import type { Instant } from '#kernel';
import type { Place } from './place.ts';

/**
 * What each channel was told, and when: stored in `publication-{channel}:{writer}`. These are receipts, not decisions: a
 * crash may lose the last second of them, and then the same messages are sent again under the same ids.
 * Stored for ever: add a new event rather than change the meaning of an old one.
 */
export type PublicationEvent =
  | { readonly type: 'ChangesTold'; readonly data: ChangesTold }
  | { readonly type: 'FeedHandedOut'; readonly data: FeedHandedOut }
  | { readonly type: 'WebhookFailing'; readonly data: WebhookFailing }
  | { readonly type: 'WebhookRecovered'; readonly data: WebhookRecovered }
  | { readonly type: 'TopicReadBack'; readonly data: TopicReadBack };

/** About a second's worth of messages to one channel. */
export interface ChangesTold {
  readonly channel: string;
  readonly via: Via;
  readonly webhook?: WebhookName;
  /** Every change up to here was told, overtaken, or refused so far: after a restart telling goes on from here. */
  readonly through: Place;
  /** Taken by the receiver. */
  readonly told: readonly ToldListing[];
  readonly orders: readonly ToldOrder[];
  /** Not taken at the first try. Still to be told, then with the newest number. */
  readonly refused: readonly Refused[];
}

/**
 * Identifies one of the webhooks that a channel had over time: the position of the set-up event that gave it its address.
 * Old receipts have none, and count for the present webhook.
 */
export type WebhookName = number;

export type Via = 'webhook' | 'feed' | 'kafka';

export interface ToldListing {
  readonly listing: string;
  readonly version: number;
  readonly at: Instant;
}

export interface ToldOrder {
  readonly orderId: string;
  readonly version: number;
  readonly at: Instant;
}

/** Has a listing or an order. */
export interface Refused {
  readonly listing?: string;
  readonly orderId?: string;
  readonly version: number;
  readonly at: Instant;
  /** `HTTP_500`, `TIMEOUT`, `ECONNREFUSED`, … */
  readonly code: string;
}

/** Some reader of the channel's feed was handed everything after `from`, up to `through`. */
export interface FeedHandedOut {
  readonly channel: string;
  /** Old receipts have none: from the beginning. */
  readonly from?: number;
  readonly through: number;
  readonly at: Instant;
}

/** So many tries in a row have failed that only probes are sent until one is taken. */
export interface WebhookFailing {
  readonly channel: string;
  readonly webhook?: WebhookName;
  readonly since: Instant;
  readonly code: string;
}

export interface WebhookRecovered {
  readonly channel: string;
  readonly webhook?: WebhookName;
  readonly at: Instant;
}

/** All numbers of these shards' items with versions up to `through` are in the topic: they were read back. */
export interface TopicReadBack {
  /** The total number of shards. */
  readonly count: number;
  readonly shards: readonly number[];
  readonly through: number;
  readonly at: Instant;
}

/** Each process has a stream of its own. A channel's id contains no `:`. */
export const publicationStream = (channel: string, writer: string): string =>
  `publication-${channel}:${writer}`;

import type { Instant } from '#kernel';
import type { Place } from './place.ts';

/**
 * What each channel was told, when: stored in `publication-{channel}:{writer}`. Receipts, not decisions: a
 * crash may lose the last second of them, and then the same messages go out again under the same ids.
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
  /** Every change up to here was told, overtaken, or is refused so far: where to go on after a restart. */
  readonly through: Place;
  /** Taken by the other side. */
  readonly told: readonly ToldListing[];
  readonly orders: readonly ToldOrder[];
  /** Tried for the first time and not taken: still to be told, its newest number then. */
  readonly refused: readonly Refused[];
}

/**
 * Which of the channel's webhooks, one after the other: the position of the set-up event that gave it its address. Receipts
 * from before it was said have none, and are of the one there is.
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

/** Of a listing or of an order. */
export interface Refused {
  readonly listing?: string;
  readonly orderId?: string;
  readonly version: number;
  readonly at: Instant;
  /** `HTTP_500`, `TIMEOUT`, `ECONNREFUSED`, … */
  readonly code: string;
}

/** Some reader of the channel's feed was handed everything behind `from`, up to `through`. */
export interface FeedHandedOut {
  readonly channel: string;
  /** Receipts from before it was said have none: from the beginning. */
  readonly from?: number;
  readonly through: number;
  readonly at: Instant;
}

/** So many tries in a row failed that only probes go out until one is taken. */
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

/** The numbers of these shards' items with versions up to `through` stand in the topic: they were read back. */
export interface TopicReadBack {
  /** Into how many shards items are divided. */
  readonly count: number;
  readonly shards: readonly number[];
  readonly through: number;
  readonly at: Instant;
}

/** No two processes ever append to the same one. A channel id has no `:`. */
export const publicationStream = (channel: string, writer: string): string =>
  `publication-${channel}:${writer}`;

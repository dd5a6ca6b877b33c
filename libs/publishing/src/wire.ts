import { hash } from 'node:crypto';
import { type Instant, timeWriter, toUnits } from '#kernel';
import type { ListingNumber } from './change-source.ts';
import { AVAILABILITY, type ChangeKind } from './place.ts';

/** A listing's number as clients see it: the same object in every read, feed, topic and webhook. */
export interface AvailabilityBody {
  readonly channel: string;
  readonly listing: string;
  readonly sku: string;
  readonly available: number;
  readonly version: number;
  readonly recordedAt: string;
  readonly reason: string;
}

export const availabilityBody = (number: ListingNumber): AvailabilityBody => ({
  channel: number.channel,
  listing: number.listing,
  sku: number.sku,
  available: toUnits(number.available),
  version: number.version,
  recordedAt: toTime(number.recordedAt),
  reason: number.reason,
});

/** RFC 3339 in UTC, with milliseconds. */
export const toTime = timeWriter();

/** The CloudEvents types of messages to channels. */
export const AVAILABILITY_CHANGED = 'onhand.availability.changed.v1';
export const ORDER_UPDATED = 'onhand.order.updated.v1';

/** What a message is about, and the position of the event that made it so: together they identify the message for ever. */
export interface Told {
  readonly channel: string;
  readonly kind: ChangeKind;
  /** The listing or the order. */
  readonly id: string;
  readonly version: number;
}

const DIGEST_LENGTH = 16;

/** The CloudEvents `id`: derived, so that after a retry, a restart or in another process it is the same. Safe in a header. */
export function messageId(told: Told): string {
  const about = hash('sha256', `${told.channel}:${told.id}`);
  const word = told.kind === AVAILABILITY ? 'availability' : 'order';
  return `${word}-${told.version}-${about.slice(0, DIGEST_LENGTH)}`;
}

/** A structured CloudEvent. `data` is JSON text, so that it is serialised only once. */
export function cloudEvent(told: Told, time: Instant, data: string): string {
  const attributes = JSON.stringify({
    specversion: '1.0',
    id: messageId(told),
    source: 'onhand',
    type: told.kind === AVAILABILITY ? AVAILABILITY_CHANGED : ORDER_UPDATED,
    subject: `${told.channel}:${told.id}`,
    time: toTime(time),
    datacontenttype: 'application/json',
  });
  return `${attributes.slice(0, -1)},"data":${data}}`;
}

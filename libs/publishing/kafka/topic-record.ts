import type { Instant } from '#kernel';
import type { ListingNumber, OrderNow } from '../src/change-source.ts';
import { AVAILABILITY, ORDER } from '../src/place.ts';
import {
  AVAILABILITY_CHANGED,
  availabilityBody,
  messageId,
  ORDER_UPDATED,
  type Told,
  toTime,
} from '../src/wire.ts';
import type { OutgoingRecord } from './topic-link.ts';

/** Keys and values of the compacted topics: CloudEvents in binary mode, with the same objects as in feeds and webhooks. */

/** Unique, for a channel's id contains no `:`. */
export const topicKey = (channel: string, id: string): string => `${channel}:${id}`;

export function readKey(key: string): { readonly channel: string; readonly id: string } | undefined {
  const colon = key.indexOf(':');
  return colon < 1 ? undefined : { channel: key.slice(0, colon), id: key.slice(colon + 1) };
}

export function availabilityRecord(number: ListingNumber): OutgoingRecord {
  const { channel, listing, version, recordedAt } = number;
  return {
    key: topicKey(channel, listing),
    value: JSON.stringify(availabilityBody(number)),
    headers: headersOf({ channel, kind: AVAILABILITY, id: listing, version }, recordedAt),
  };
}

export function orderRecord(channel: string, orderId: string, order: OrderNow): OutgoingRecord {
  const { body, position, recordedAt } = order;
  return {
    key: topicKey(channel, orderId),
    value: JSON.stringify(body),
    headers: headersOf({ channel, kind: ORDER, id: orderId, version: position }, recordedAt),
  };
}

const TEXT = '"[^"\\\\\\x00-\\x1f]*"';
/** A listing's number as we write it, if no name in it needs escapes in JSON. */
const PLAIN_NUMBER = new RegExp(
  `^{"channel":${TEXT},"listing":${TEXT},"sku":${TEXT},"available":(?:0|[1-9]\\d{0,11})(?:\\.\\d{1,5})?,` +
    `"version":([1-9]\\d{0,14}),"recordedAt":${TEXT},"reason":${TEXT}}$`,
);

/** The version of a value of ours; undefined for any other. Nearly always without parsing the value. */
export function versionOf(value: Uint8Array | null): number | undefined {
  if (value === null) return undefined;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const plain = PLAIN_NUMBER.exec(bytes.toString('latin1'));
  return plain === null ? versionIn(bytes.toString()) : Number(plain[1]);
}

function versionIn(text: string): number | undefined {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return Number.isSafeInteger(version) ? (version as number) : undefined;
  } catch {
    return undefined;
  }
}

const headersOf = (told: Told, time: Instant): Readonly<Record<string, string>> => ({
  ce_specversion: '1.0',
  ce_type: told.kind === AVAILABILITY ? AVAILABILITY_CHANGED : ORDER_UPDATED,
  ce_id: messageId(told),
  ce_source: 'onhand',
  ce_time: toTime(time),
  'content-type': 'application/json',
});

import { crc32 } from 'node:zlib';
import { compareUtf8 } from '#kernel';

/** What a change is about. Within one position: listings first, then the order. */
export type ChangeKind = typeof AVAILABILITY | typeof ORDER;
export const AVAILABILITY = 0;
export const ORDER = 1;
/** Behind everything of its position. */
export const END = 2;

/**
 * Where a reader of a channel's changes stands: behind this very change. One event can change many listings,
 * so the position alone would not do. Places order by position, kind, then the id's UTF-8 bytes.
 */
export interface Place {
  readonly position: number;
  readonly kind: ChangeKind | typeof END;
  /** The listing or the order; empty at END. */
  readonly id: string;
  /** Of a reader that began with every listing: orders are told from behind this position only. */
  readonly ordersAfter?: number;
}

/** Behind everything up to and with `position`. */
export const endOf = (position: number): Place => ({ position, kind: END, id: '' });

/** Everything up to this position is behind the place: within a position, an order stands behind the listings. */
export const passedBy = ({ position, kind }: Place): number =>
  kind === AVAILABILITY ? position - 1 : position;

export function comparePlaces(a: Place, b: Place): number {
  return a.position - b.position || a.kind - b.kind || compareUtf8(a.id, b.id);
}

/** Characters a cursor may have: an id of 128 characters in escaped JSON in base64 fits. */
const CURSOR_LENGTH_MAX = 2_048;
const CURSOR = /^[A-Za-z0-9_-]+$/;
const SUM_LENGTH = 8;

/** The opaque word for a place in this channel's changes. Its sum finds damage and other channels' cursors. */
export function toCursor(channel: string, place: Place): string {
  const fields: unknown[] = [place.position, place.kind, place.id];
  if (place.ordersAfter !== undefined) fields.push(place.ordersAfter);
  const text = JSON.stringify(fields);
  return Buffer.from(sumOf(channel, text) + text).toString('base64url');
}

/** The place of a cursor; `undefined` if it is not this channel's. */
export function fromCursor(channel: string, cursor: string): Place | undefined {
  if (cursor.length > CURSOR_LENGTH_MAX || !CURSOR.test(cursor)) return undefined;
  const decoded = Buffer.from(cursor, 'base64url').toString();
  const text = decoded.slice(SUM_LENGTH);
  if (decoded.slice(0, SUM_LENGTH) !== sumOf(channel, text)) return undefined;
  const place = toPlace(text);
  return place && toCursor(channel, place) === cursor ? place : undefined;
}

function toPlace(text: string): Place | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(fields)) return undefined;
  const [position, kind, id, ordersAfter] = fields as unknown[];
  if (!isPosition(position) || typeof id !== 'string') return undefined;
  if (kind !== AVAILABILITY && kind !== ORDER && kind !== END) return undefined;
  if (ordersAfter === undefined) return { position, kind, id };
  return isPosition(ordersAfter) ? { position, kind, id, ordersAfter } : undefined;
}

const isPosition = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const sumOf = (channel: string, text: string): string =>
  crc32(`${channel}\n${text}`).toString(16).padStart(SUM_LENGTH, '0');

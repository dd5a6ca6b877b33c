import { crc32 } from 'node:zlib';
import { compareUtf8 } from '#kernel';

/** What a change is about. Within one position: listings first, then the order. */
export type ChangeKind = typeof AVAILABILITY | typeof ORDER;
export const AVAILABILITY = 0;
export const ORDER = 1;
/** After everything else of its position. */
export const END = 2;

/**
 * Where a reader of a channel's changes is: just after this change. One event can change many listings, so the position
 * alone is not enough. Places are ordered by position, kind, then the id's UTF-8 bytes.
 */
export interface Place {
  readonly position: number;
  readonly kind: ChangeKind | typeof END;
  /** The listing or the order; empty at END. */
  readonly id: string;
  /** Of a reader that began with every listing: it is told only those orders that changed after this position. */
  readonly ordersAfter?: number;
}

/** After everything up to and including `position`. */
export const endOf = (position: number): Place => ({ position, kind: END, id: '' });

/** The last position of which nothing comes after the place. Within a position, listings come first, then the order. */
export const passedBy = ({ position, kind }: Place): number =>
  kind === AVAILABILITY ? position - 1 : position;

export function comparePlaces(a: Place, b: Place): number {
  return a.position - b.position || a.kind - b.kind || compareUtf8(a.id, b.id);
}

/** Length of a cursor, in characters: enough for an id of 128 characters, escaped in JSON, in base64. */
const CURSOR_LENGTH_MAX = 2_048;
const CURSOR = /^[A-Za-z0-9_-]+$/;
const SUM_LENGTH = 8;

/** A place in this channel's changes as an opaque text. Its checksum finds damage, and cursors of other channels. */
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

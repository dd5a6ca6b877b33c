import type { Message } from '../message.ts';
import { isOrderMessage } from './told-message.ts';

/**
 * True if both say the same: type, instant and data as parsed, whatever the order of keys. Extensions and
 * sequence do not count; nor does `data.channel`, for both are of one order: left out, it is the source.
 */
export function isSameContent(a: Message, b: Message): boolean {
  if (a.type !== b.type || a.occurredAt !== b.occurredAt) return false;
  if (!isOrderMessage(a) || !isOrderMessage(b)) return isEqual(a.data, b.data);
  return isEqual({ ...a.data, channel: undefined }, { ...b.data, channel: undefined });
}

/** Plain JSON data; a field that is undefined is absent. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return isSameList(a, b);
  const one = a as Record<string, unknown>;
  const other = b as Record<string, unknown>;
  return (
    Object.keys(one).every((key) => isEqual(one[key], other[key])) &&
    Object.keys(other).every((key) => one[key] !== undefined || other[key] === undefined)
  );
}

function isSameList(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((element, index) => isEqual(element, b[index]));
}

import type { Message } from '../message.ts';
import { isOrderMessage } from './told-message.ts';

/**
 * True if both say the same: type, time and data as parsed, whatever the order of keys. Extensions and
 * sequence do not count, nor whether a default is written out.
 */
export const isSameContent = (a: Message, b: Message): boolean =>
  a.type === b.type && a.occurredAt === b.occurredAt && isEqual(wordsOf(a), wordsOf(b));

/**
 * The data without what it would mean anyway: the channel of an order (both messages are of the same order), that a
 * snapshot is not complete, and attributes that are empty.
 */
function wordsOf(message: Message): object {
  const { attributes } = message.data;
  const data =
    attributes && Object.keys(attributes).length > 0
      ? message.data
      : { ...message.data, attributes: undefined };
  if (isOrderMessage(message)) return { ...data, channel: undefined };
  const isByDefault = message.type === 'stock.snapshot' && message.data.complete === false;
  return isByDefault ? { ...data, complete: undefined } : data;
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

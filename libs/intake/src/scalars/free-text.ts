import type { Rejection } from '#inventory';
import { ATTRIBUTES_MAX, ID_LENGTH_MAX, TEXT_LENGTH_MAX } from '../limits.ts';
import { pointerStep, problem, shown } from '../problem.ts';
import { loneSurrogate } from './id-text.ts';

/** True for a text of 1 to `TEXT_LENGTH_MAX` characters that is not all blank. */
export const isFreeText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= TEXT_LENGTH_MAX && value.isWellFormed() && value.trim() !== '';

export function explainFreeText(value: string, pointer: string): Rejection {
  if (!value.isWellFormed()) return loneSurrogate(pointer);
  if (value.trim() === '')
    return problem('MISSING_FIELD', pointer, 'The text is empty. Send at least one character.');
  const detail = `It has ${value.length} characters. Send at most ${TEXT_LENGTH_MAX}.`;
  return problem('OUT_OF_RANGE', pointer, detail);
}

/** True for a web address that a person may follow: http or https, no credentials in it. */
export function isWebAddress(value: unknown): value is string {
  if (!isFreeText(value)) return false;
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

export function explainWebAddress(value: string, pointer: string): Rejection {
  if (!isFreeText(value)) return explainFreeText(value, pointer);
  const detail = `${shown(value)} is not a web address. Send one that begins with https:// or http://.`;
  return problem('URL_INVALID', pointer, detail);
}

/** True for a map of at most 32 names to strings. */
export function isAttributes(value: unknown): value is Record<string, string> {
  if (!isPlainObject(value)) return false;
  const names = Object.keys(value);
  if (names.length > ATTRIBUTES_MAX) return false;
  return names.every((name) => isAttributeName(name) && isAttributeValue(value[name]));
}

export function explainAttributes(value: object, pointer: string): Rejection {
  const entries: [string, unknown][] = Object.entries(value);
  if (entries.length > ATTRIBUTES_MAX) return tooManyAttributes(entries.length, pointer);
  const [name, told] = entries.find(([key, text]) => !isAttributeName(key) || !isAttributeValue(text))!;
  const place = pointer + pointerStep(name);
  if (typeof told !== 'string') {
    return problem(
      'WRONG_TYPE',
      place,
      `The value is ${shown(told)}. Send attributes as strings, in quotes.`,
    );
  }
  if (!name.isWellFormed() || !told.isWellFormed()) return loneSurrogate(place);
  const [what, most] = isAttributeName(name) ? ['value', TEXT_LENGTH_MAX] : ['name', ID_LENGTH_MAX];
  return problem('OUT_OF_RANGE', place, `The ${what} of an attribute has at most ${most} characters.`);
}

export const tooManyAttributes = (count: number, pointer: string): Rejection =>
  problem('TOO_MANY_ATTRIBUTES', pointer, `There are ${count} attributes. Send at most ${ATTRIBUTES_MAX}.`);

export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAttributeName = (name: string): boolean => name.length <= ID_LENGTH_MAX && name.isWellFormed();
const isAttributeValue = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= TEXT_LENGTH_MAX && value.isWellFormed();

import { type Rejection, SLUG, SLUG_LENGTH_MAX } from '#inventory';
import { ID_LENGTH_MAX } from '../limits.ts';
import { problem, shown } from '../problem.ts';

/** C0, DEL, C1, and the marks that turn the reading direction: nobody sees them, so ids may not have them. */
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** What an id is called in a code: `ID_EMPTY`, `SKU_EMPTY`. */
type IdWord = 'ID' | 'SKU';

/** True for 1 to 128 characters, not all blank, none invisible, well-formed, and not `.` or `..`. */
export function isIdText(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    !isTooLong(value) &&
    !INVISIBLE.test(value) &&
    value.isWellFormed() &&
    value !== '.' &&
    value !== '..' &&
    value.trim() !== ''
  );
}

/** True for the id of a source, a channel or a location. */
export const isSlugText = (value: unknown): value is string => typeof value === 'string' && SLUG.test(value);

/** Why a string is no id; the code begins with the given word. */
export function explainId(value: string, pointer: string, word: IdWord): Rejection {
  if (!value.isWellFormed()) return loneSurrogate(pointer);
  if (value.trim() === '')
    return problem(`${word}_EMPTY`, pointer, `It is empty. Send 1 to ${ID_LENGTH_MAX} characters.`);
  if (isTooLong(value)) {
    const detail = `It has ${[...value].length} characters. Send at most ${ID_LENGTH_MAX}.`;
    return problem(`${word}_TOO_LONG`, pointer, detail);
  }
  const invisible = INVISIBLE.exec(value);
  if (invisible === null) {
    return problem(`${word}_INVALID_CHAR`, pointer, `${shown(value)} is not allowed as an id. Send another.`);
  }
  const { index } = invisible;
  const point = codePoint(value, index);
  const detail = `Character ${point} at index ${index} is invisible and not allowed. Remove it.`;
  return problem(`${word}_INVALID_CHAR`, pointer, detail);
}

/** Why a string is no id of a source, channel or location. */
export function explainSlug(value: string, pointer: string): Rejection {
  if (value.trim() === '' || !value.isWellFormed()) return explainId(value, pointer, 'ID');
  if (value.length > SLUG_LENGTH_MAX && SLUG.test(value.slice(0, SLUG_LENGTH_MAX))) {
    const detail = `It has ${value.length} characters. Send at most ${SLUG_LENGTH_MAX}.`;
    return problem('ID_TOO_LONG', pointer, detail);
  }
  const allowed = 'a-z, 0-9 and, after the first character, "-"';
  const hint = SLUG.test(value.toLowerCase()) ? `did you mean "${value.toLowerCase()}"?` : undefined;
  const detail = `${shown(value)} is not the id of a source, channel or location. Use only ${allowed}.`;
  return problem('ID_INVALID_CHAR', pointer, detail, hint);
}

export const loneSurrogate = (pointer: string): Rejection =>
  problem(
    'INVALID_UNICODE',
    pointer,
    'It contains half of a character (a lone surrogate). Send valid Unicode.',
  );

/** Counts characters, not UTF-16 units; most strings are short enough not to be counted. */
const isTooLong = (value: string): boolean =>
  value.length > ID_LENGTH_MAX && (value.length > 2 * ID_LENGTH_MAX || [...value].length > ID_LENGTH_MAX);

const codePoint = (value: string, index: number): string =>
  `U+${value.codePointAt(index)!.toString(16).toUpperCase().padStart(4, '0')}`;

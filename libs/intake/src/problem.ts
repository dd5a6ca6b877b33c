import { cut, type Rejection } from '#inventory';

/** One thing that is wrong with what came in: a code, where it is, and what to do. */
export function problem(code: string, pointer: string, detail: string, hint?: string): Rejection {
  return hint === undefined ? { code, pointer, detail } : { code, pointer, detail, hint };
}

/** A value as it may stand in a detail: on one line, and not long. */
export function shown(value: unknown): string {
  return cut(typeof value === 'string' ? JSON.stringify(value) : describe(value));
}

/** One step of a JSON pointer (RFC 6901). */
export const pointerStep = (key: string | number): string =>
  `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

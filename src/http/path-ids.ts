import { isRejection, parseScope } from '#inventory';
import { explainId, explainSlug, isIdText, isSlugText } from '#intake';
import { Refusal, refuse } from './problem.ts';

/** What a part of a path names: a SKU's codes begin with `SKU_`. */
export type PathIdKind = 'slug' | 'sku' | 'id' | 'scope';

/** `../`, written out or encoded, is never somebody's id, whatever some proxy would make of it. */
const DOT_SEGMENT = /(^|[/\\])\.\.?([/\\]|$)/;

/** Reads an id from the path, decoded. Throws ID_… or SKU_…. */
export function readPathId(kind: PathIdKind, name: string, value: string): string {
  const pointer = `{${name}}`;
  if (kind === 'slug') {
    if (!isSlugText(value)) throw new Refusal(explainSlug(value, pointer), { status: 400 });
    return value;
  }
  if (kind === 'scope') return readScope(value, pointer);
  const word = kind === 'sku' ? 'SKU' : 'ID';
  if (!isIdText(value)) throw new Refusal(explainId(value, pointer, word), { status: 400 });
  if (DOT_SEGMENT.test(value)) {
    throw refuse(`${word}_INVALID_CHAR`, `An id in a path cannot be "." or "..". Send another.`, { pointer });
  }
  return value;
}

/** Its names are checked like any other id. */
function readScope(value: string, pointer: string): string {
  const scope = parseScope(value);
  if (isRejection(scope)) throw new Refusal({ pointer, ...scope }, { status: 400 });
  for (const [kind, name] of Object.entries(scope).filter(([kind]) => kind !== 'kind')) {
    const word = kind === 'sku' ? 'SKU' : 'ID';
    if (!isIdText(name)) throw new Refusal(explainId(name, pointer, word), { status: 400 });
  }
  return value;
}

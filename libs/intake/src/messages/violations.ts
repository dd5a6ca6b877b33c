import type { ErrorObject } from 'ajv/dist/2020.js';
import { nameHint, type Rejection } from '#inventory';
import { pointerStep, problem, shown } from '../problem.ts';
import { explainAttributes, explainFreeText, explainWebAddress } from '../scalars/free-text.ts';
import { explainId, explainSlug } from '../scalars/id-text.ts';
import { explainInstant } from '../scalars/instant-text.ts';
import { explainQuantity, type QuantityRule } from '../scalars/quantity-number.ts';
import type { JsonSchema } from './schemas.ts';

/** Makes a problem of a broken rule, by Ajv's keyword; `pointer` is its place in the whole message. */
type Explain = (error: ErrorObject, pointer: string) => Rejection;

const EXPLAIN: Record<string, Explain> = {
  required: ({ params }, pointer) => missing(pointer + pointerStep(params['missingProperty'] as string)),
  additionalProperties: unknownField,
  type: wrongType,
  enum: unknownValue,
  minItems: (_, pointer) => problem('MISSING_FIELD', pointer, 'It is empty. Send at least one line.'),
  maxItems: tooManyItems,
  uniqueItems: (_, pointer) =>
    problem('OUT_OF_RANGE', pointer, 'The same value appears twice. Send each once.'),
  propertyNames: ({ params }, pointer) =>
    explainSlug(String(params['propertyName']), pointer + pointerStep(String(params['propertyName']))),
  'x-id': ({ data }, pointer) => explainId(data as string, pointer, 'ID'),
  'x-sku': ({ data }, pointer) => explainId(data as string, pointer, 'SKU'),
  'x-slug': ({ data }, pointer) => explainSlug(data as string, pointer),
  'x-text': ({ data }, pointer) => explainFreeText(data as string, pointer),
  'x-web-address': ({ data }, pointer) => explainWebAddress(data as string, pointer),
  'x-instant': ({ data }, pointer) => explainInstant(data, pointer),
  'x-attributes': ({ data }, pointer) => explainAttributes(data as object, pointer),
  'x-quantity': ({ data, schema }, pointer) =>
    explainQuantity(data as number, schema as QuantityRule, pointer),
};

/** Broken rules as problems, one for each place: the first that Ajv found there. `base` is the place of the object. */
export function toProblems(errors: readonly ErrorObject[], base: string): Rejection[] {
  const found = new Map<string, Rejection>();
  for (const error of errors) {
    if (error.propertyName !== undefined) continue; // Told with the name, by `propertyNames`.
    const explain = EXPLAIN[error.keyword] ?? outOfRange;
    const told = explain(error, base + error.instancePath);
    if (!found.has(told.pointer!)) found.set(told.pointer!, told);
  }
  // A mistyped name is both unknown and missing. Unknown comes first, because it says more.
  const isMistyped = ({ code, hint }: Rejection): boolean =>
    code === 'UNKNOWN_FIELD' && hint?.startsWith('did') === true;
  return [...found.values()].sort((a, b) => Number(isMistyped(b)) - Number(isMistyped(a)));
}

export const missing = (pointer: string): Rejection =>
  problem(
    'MISSING_FIELD',
    pointer,
    `The field ${pointer.slice(pointer.lastIndexOf('/') + 1)} is missing. Send it.`,
  );

function unknownField({ params, parentSchema }: ErrorObject, pointer: string): Rejection {
  const name = params['additionalProperty'] as string;
  const known = Object.keys((parentSchema as JsonSchema).properties ?? {});
  const elsewhere = known.includes('attributes') ? ', or put it in attributes' : '';
  const detail = `There is no field ${shown(name)} here. Leave it out${elsewhere}.`;
  return problem('UNKNOWN_FIELD', pointer + pointerStep(name), detail, nameHint(name, known));
}

function wrongType({ data, params, parentSchema }: ErrorObject, pointer: string): Rejection {
  if (typeof data === 'number' && params['type'] === 'number') {
    const rule = (parentSchema as JsonSchema)['x-quantity'] as QuantityRule | undefined;
    return rule === undefined ? outOfRange({ data }, pointer) : explainQuantity(data, rule, pointer);
  }
  const wanted = WANTED[params['type'] as string] ?? String(params['type']);
  return problem('WRONG_TYPE', pointer, `The value is ${shown(data)}. Send ${wanted}.`);
}

const WANTED: Record<string, string> = {
  string: 'a string',
  number: 'a number, without quotes',
  integer: 'an integer, without quotes',
  boolean: 'true or false, without quotes',
  object: 'an object',
  array: 'an array',
};

function unknownValue({ data, params, instancePath }: ErrorObject, pointer: string): Rejection {
  const allowed = params['allowedValues'] as string[];
  const hint = nameHint(String(data), allowed);
  const detail = `${shown(data)} is not a valid value. Send one of: ${allowed.join(', ')}.`;
  return problem(VALUE_CODES[instancePath] ?? 'VALUE_UNKNOWN', pointer, detail, hint);
}

/** Attributes of the envelope whose unknown values have a code of their own. */
const VALUE_CODES: Record<string, string> = {
  '/type': 'EVENT_TYPE_UNKNOWN',
  '/specversion': 'SCHEMA_VERSION_UNSUPPORTED',
};

function tooManyItems({ data, params }: ErrorObject, pointer: string): Rejection {
  const count = (data as unknown[]).length;
  if (!pointer.endsWith('/lines')) {
    return problem('OUT_OF_RANGE', pointer, `It has ${count} entries. Send at most ${params['limit']}.`);
  }
  return problem(
    'TOO_MANY_LINES',
    pointer,
    `There are ${count} lines. Send at most ${params['limit']} in a message.`,
  );
}

function outOfRange(
  { data, parentSchema }: Pick<ErrorObject, 'data' | 'parentSchema'>,
  pointer: string,
): Rejection {
  const { minimum, maximum } = (parentSchema ?? {}) as { minimum?: number; maximum?: number };
  const range = [minimum !== undefined && `from ${minimum}`, maximum !== undefined && `to ${maximum}`];
  const within = range.filter(Boolean).join(' ') || 'within the range';
  return problem('OUT_OF_RANGE', pointer, `${shown(data)} is out of range. Send a number ${within}.`);
}

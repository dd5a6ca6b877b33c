import type { Rejection } from '#inventory';
import type { WireObject } from './build-message.ts';
import { type JsonValue, readJson } from './json/lossless-json.ts';
import { decodeUtf8 } from './json/utf8.ts';
import { PROBLEMS_MAX } from './limits.ts';
import { withoutNulls } from './messages/extensions.ts';
import type { WireClass } from './messages/field.ts';
import { validatorOf } from './messages/validators.ts';
import { toProblems } from './messages/violations.ts';
import { problem, shown } from './problem.ts';
import { isPlainObject } from './scalars/free-text.ts';
import { checkWords } from './scalars/quantity-number.ts';

/** One reason or more. The first gives the answer its code. */
export type Problems = readonly [Rejection, ...Rejection[]];

/** A valid object of a class as it came, fields that are null left out; or everything that is wrong with it. */
type ObjectReading = { readonly value: WireObject } | { readonly problems: Problems };

/** Reads the JSON of one object of a class made with `define`. Its numbers are taken for quantities. */
export function readObject(type: WireClass, body: Uint8Array | string): ObjectReading {
  const text = typeof body === 'string' ? body : decodeUtf8(body);
  if (typeof text !== 'string') return { problems: [text] };
  if (text.trim() === '') {
    return { problems: [problem('EMPTY_PAYLOAD', '', 'The body is empty. Send a JSON object.')] };
  }
  const json = readJson(text);
  if ('code' in json) return { problems: [json] };
  const read = json.values[0];
  if (json.isArray || read === undefined) return { problems: [notAnObject([])] };
  return readValue(type, read);
}

function readValue(type: WireClass, { value, problems, numbers }: JsonValue): ObjectReading {
  const wrong = nonEmpty(problems);
  if (wrong !== undefined) return { problems: wrong };
  if (!isPlainObject(value)) return { problems: [notAnObject(value)] };
  const given = withoutNulls(value);
  const broken = nonEmpty(problemsOf(type, given, numbers));
  return broken === undefined ? { value: given } : { problems: broken };
}

const notAnObject = (value: unknown): Rejection =>
  problem('OBJECT_REQUIRED', '', `The value is ${shown(value)}. Send one JSON object.`);

function problemsOf(
  type: WireClass,
  value: WireObject,
  numbers: ReadonlyMap<string, string> | undefined,
): readonly Rejection[] {
  const validator = validatorOf(type);
  if (numbers === undefined && validator.isValid(value)) return [];
  const found = new Map<string, Rejection>();
  for (const [pointer, words] of numbers ?? []) {
    const wrong = Number.isFinite(Number(words)) ? checkWords(Number(words), words, pointer) : undefined;
    if (wrong !== undefined) found.set(pointer, wrong);
  }
  for (const wrong of toProblems(validator.errorsOf(value), '')) {
    if (!found.has(wrong.pointer!)) found.set(wrong.pointer!, wrong);
  }
  return [...found.values()];
}

function nonEmpty([first, ...others]: readonly Rejection[]): Problems | undefined {
  return first === undefined ? undefined : [first, ...others.slice(0, PROBLEMS_MAX - 1)];
}

import { nameHint, type Rejection } from '#inventory';
import type { WireObject } from '../build-message.ts';
import { ATTRIBUTES_MAX, ID_LENGTH_MAX, TEXT_LENGTH_MAX } from '../limits.ts';
import { isJsonMediaType } from '../media-type.ts';
import { pointerStep, problem, shown } from '../problem.ts';
import { tooManyAttributes } from '../scalars/free-text.ts';
import { loneSurrogate } from '../scalars/id-text.ts';
import { Envelope } from './envelope.ts';
import { shapeOf } from './field.ts';

const ENVELOPE_NAMES = [...shapeOf(Envelope).keys(), 'data'];
const IS_ENVELOPE_NAME = new Set(ENVELOPE_NAMES);
/** How CloudEvents spells the names of attributes. */
const EXTENSION_NAME = /^[a-z0-9]+$/;

/** Whatever an event carries beside the attributes we know, as it came; undefined if there is none. */
export function extensionsOf(told: WireObject): Record<string, unknown> | undefined {
  let found: Record<string, unknown> | undefined;
  for (const name in told) if (!IS_ENVELOPE_NAME.has(name)) (found ??= {})[name] = told[name];
  return found;
}

/** What is wrong with them, and with the declared content type; undefined if nothing is. */
export function checkExtensions(told: WireObject): readonly Rejection[] | undefined {
  const contentType = told['datacontenttype'];
  const extensions = extensionsOf(told);
  if (extensions === undefined && contentType === undefined) return undefined;
  const problems = Object.entries(extensions ?? {}).flatMap(([name, value]) => checkOne(name, value) ?? []);
  const count = Object.keys(extensions ?? {}).length;
  if (count > ATTRIBUTES_MAX) problems.unshift(tooManyAttributes(count, ''));
  if (typeof contentType === 'string' && !isJsonMediaType(contentType)) {
    const detail = `${shown(contentType)} is not JSON. Send data as application/json.`;
    problems.push(problem('MEDIA_TYPE', '/datacontenttype', detail));
  }
  return problems.length === 0 ? undefined : problems;
}

/** The attributes of an event without those that are null: CloudEvents takes null for left out. */
export function withoutNulls(value: Record<string, unknown>): WireObject {
  for (const name in value) {
    if (value[name] === null) {
      return Object.fromEntries(Object.entries(value).filter(([, told]) => told !== null));
    }
  }
  return value;
}

function checkOne(name: string, value: unknown): Rejection | undefined {
  const pointer = pointerStep(name);
  if (!EXTENSION_NAME.test(name)) {
    const detail = `There is no field ${shown(name)} here. Leave it out, or put it in data.attributes.`;
    return problem('UNKNOWN_FIELD', pointer, detail, nameHint(name, ENVELOPE_NAMES));
  }
  if (name.length > ID_LENGTH_MAX) {
    return problem(
      'OUT_OF_RANGE',
      pointer,
      `The name of an extension has at most ${ID_LENGTH_MAX} characters.`,
    );
  }
  if (typeof value === 'boolean' || Number.isFinite(value)) return undefined;
  if (typeof value === 'string') return checkText(value, pointer);
  return problem(
    'WRONG_TYPE',
    pointer,
    `The value is ${shown(value)}. Send a string, a number or a boolean.`,
  );
}

function checkText(value: string, pointer: string): Rejection | undefined {
  if (!value.isWellFormed()) return loneSurrogate(pointer);
  if (value.length <= TEXT_LENGTH_MAX) return undefined;
  const detail = `It has ${value.length} characters. Extensions have at most ${TEXT_LENGTH_MAX}.`;
  return problem('OUT_OF_RANGE', pointer, detail);
}

import type { Rejection } from '#inventory';
import { problem, shown } from './problem.ts';

/** How messages may come over HTTP. */
export interface BodyForm {
  /** CloudEvents media types must say `specversion`. */
  readonly needsSpecVersion: boolean;
  /** One object, an array, or either. */
  readonly takes: 'one' | 'many' | 'either';
}

const FORMS: Readonly<Record<string, BodyForm>> = {
  'application/json': { needsSpecVersion: false, takes: 'either' },
  'application/cloudevents+json': { needsSpecVersion: true, takes: 'one' },
  'application/cloudevents-batch+json': { needsSpecVersion: true, takes: 'many' },
};

/** The last content type, remembered because a sender repeats the same one with every message. */
let last: { readonly contentType: string | undefined; readonly form: BodyForm } | undefined;

/** The form that a `content-type` announces. Only UTF-8: another charset is refused, not converted. */
export function bodyForm(contentType: string | undefined): BodyForm | Rejection {
  if (last !== undefined && last.contentType === contentType) return last.form;
  const form = formOf(contentType);
  if (!('code' in form)) last = { contentType, form };
  return form;
}

function formOf(contentType: string | undefined): BodyForm | Rejection {
  const { type, charset } = parseMediaType(contentType ?? '');
  const form = Object.hasOwn(FORMS, type) ? FORMS[type] : undefined;
  if (form !== undefined && isUtf8(charset)) return form;
  const detail = `${shown(contentType ?? 'No content-type')} is not supported. Send ${Object.keys(FORMS).join(' or ')}, in UTF-8.`;
  return problem('MEDIA_TYPE', '', detail);
}

/** True for application/json and anything+json. */
export function isJsonMediaType(contentType: string): boolean {
  const { type, charset } = parseMediaType(contentType);
  return /^(?:application|text)\/(?:[\w.-]+\+)?json$/.test(type) && isUtf8(charset);
}

const isUtf8 = (charset: string | undefined): boolean => charset === undefined || /^utf-?8$/.test(charset);

function parseMediaType(contentType: string): { type: string; charset: string | undefined } {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  return { type: type.trim(), charset: charset?.slice('charset='.length).replaceAll('"', '') };
}

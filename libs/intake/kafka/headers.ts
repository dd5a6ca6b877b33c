import type { IHeaders } from 'kafkajs';
import { cut, type Rejection } from '#inventory';
import { decodeUtf8 } from '../src/json/utf8.ts';
import { pointerStep, problem } from '../src/problem.ts';

/** The values of each header, in their order; null for one without a value. */
export type HeaderValues = ReadonlyMap<string, readonly (Buffer | null)[]>;

/**
 * The headers of a record as they came. To a header that is named like an inherited property (`toString`, `__proto__`)
 * kafkajs adds that property as a value: only what the broker sent is kept.
 */
export function headersOf(headers: IHeaders | undefined): HeaderValues {
  const values = new Map<string, readonly (Buffer | null)[]>();
  for (const name of Object.keys(headers ?? {})) {
    const told: unknown = headers![name];
    const all: unknown[] = Array.isArray(told) ? told : [told];
    values.set(
      name,
      all.filter((value) => value === null || Buffer.isBuffer(value)),
    );
  }
  return values;
}

const ATTRIBUTE_PREFIX = 'ce_';
/** Bytes of one attribute; no attribute that OnHand takes is nearly as long. */
const ATTRIBUTE_BYTES_MAX = 8_192;

/** CloudEvents attributes of a record in binary mode, by name, with what is wrong with any of them. */
export function attributesOf(headers: HeaderValues): {
  readonly attributes: ReadonlyMap<string, string>;
  readonly problems: readonly Rejection[];
} {
  const attributes = new Map<string, string>();
  const problems: Rejection[] = [];
  for (const [header, values] of headers) {
    if (!header.startsWith(ATTRIBUTE_PREFIX)) continue;
    const name = header.slice(ATTRIBUTE_PREFIX.length);
    const text = attributeText(header, values);
    if (typeof text === 'string') attributes.set(name, text);
    else problems.push({ ...text, pointer: pointerStep(name) });
  }
  return { attributes, problems };
}

function attributeText(header: string, values: readonly (Buffer | null)[]): string | Rejection {
  const [value, another] = values;
  const shownHeader = JSON.stringify(cut(header));
  const invalid = (detail: string): Rejection => problem('HEADER_INVALID', '', detail);
  if (another !== undefined) return invalid(`The header ${shownHeader} is sent twice. Send it once.`);
  if (value === undefined || value === null) {
    return invalid(`The header ${shownHeader} has no value. Send one, or leave it out.`);
  }
  if (value.length > ATTRIBUTE_BYTES_MAX) {
    return invalid(
      `The header ${shownHeader} has ${value.length} bytes. Send ${ATTRIBUTE_BYTES_MAX} at most.`,
    );
  }
  // A NUL would be taken for half of a character of UTF-16; as an attribute it is refused further on.
  const text = value.includes(0) ? value.toString('utf8') : decodeUtf8(value);
  return typeof text === 'string'
    ? text
    : invalid(`The header ${shownHeader} is not UTF-8. Send it as UTF-8.`);
}

/** The content type; undefined if there is none. Several are joined, which makes a type that is refused. */
export function contentTypeOf(headers: HeaderValues): string | undefined {
  const told: (Buffer | null)[] = [];
  for (const [name, values] of headers) if (name.toLowerCase() === 'content-type') told.push(...values);
  return told.length === 0 ? undefined : told.map((value) => value?.toString('utf8') ?? '').join(', ');
}

import type { Rejection } from '#inventory';
import { MESSAGE_BYTES_MAX, NESTING_MAX } from '../limits.ts';
import { problem } from '../problem.ts';
import { inspectJson, tooDeep } from './inspect.ts';
import { scanJson, type Span } from './scan.ts';

/** One value as it came, with what JSON.parse alone does not show. */
export interface JsonValue {
  /** Its own text. */
  readonly raw: string;
  /** Absent if it was not parsed: too large or too deep. */
  readonly value?: unknown;
  /** Empty if all is well. */
  readonly problems: readonly Rejection[];
  /** By JSON pointer, the text of each number that a double might not hold exactly. */
  readonly numbers?: ReadonlyMap<string, string>;
}

/** What was read: one value, or the elements of an array, each by itself. */
export interface JsonText {
  readonly isArray: boolean;
  readonly values: readonly JsonValue[];
}

const NO_PROBLEMS: readonly Rejection[] = [];

/**
 * Reads a JSON text as JSON.parse does, and also finds what that silently accepts: duplicate and forbidden keys, nesting that
 * would break later steps, numbers that a double cannot hold. A text that is not JSON is one rejection. In an array each
 * element has problems of its own, which do not affect the others.
 */
export function readJson(text: string): JsonText | Rejection {
  const scan = scanJson(text);
  try {
    return { isArray: scan.isArray, values: readSpans(text, scan.spans, scan.isArray) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return notJson(text);
  }
}

function readSpans(text: string, spans: readonly Span[], isArray: boolean): JsonValue[] {
  const unread = spans.map((span) => unreadable(text, span));
  if (unread.some((found) => found !== undefined)) {
    return spans.map((span, index) => unread[index] ?? readSpan(text, span, parse(text, span)));
  }
  const parsed: unknown = JSON.parse(text);
  const values = isArray ? (parsed as unknown[]) : [parsed];
  return spans.map((span, index) => readSpan(text, span, values[index]));
}

const parse = (text: string, { start, end }: Span): unknown => JSON.parse(text.slice(start, end));

function readSpan(text: string, { start, end, suspect }: Span, value: unknown): JsonValue {
  const raw = text.slice(start, end).trimEnd();
  if (!suspect) return { raw, value, problems: NO_PROBLEMS };
  const { problems, numbers } = inspectJson(raw);
  return { raw, value, problems, numbers };
}

/** Problems for which a value is not even parsed. */
function unreadable(text: string, span: Span): JsonValue | undefined {
  if (span.tooDeep) return { raw: text.slice(span.start, span.end), problems: [tooDeep('')] };
  if (!isTooLarge(text, span)) return undefined;
  const detail = `The message is larger than ${MESSAGE_BYTES_MAX} bytes. Split it into several messages.`;
  return { raw: text.slice(span.start, span.end), problems: [problem('MESSAGE_TOO_LARGE', '', detail)] };
}

/** A UTF-16 unit is one to three bytes of UTF-8: most spans need no counting. */
function isTooLarge(text: string, { start, end }: Span): boolean {
  const units = end - start;
  if (units > MESSAGE_BYTES_MAX) return true;
  return units * 3 > MESSAGE_BYTES_MAX && Buffer.byteLength(text.slice(start, end)) > MESSAGE_BYTES_MAX;
}

function notJson(text: string): Rejection {
  const at = inspectJson(text, NESTING_MAX + 1).brokenAt ?? text.length; // One more for an outer array.
  const offset = Buffer.byteLength(text.slice(0, at));
  const where = at >= text.length ? 'it ends too early' : 'a character is not allowed there';
  return {
    ...problem(
      'INVALID_JSON',
      '',
      `The text is not valid JSON at byte ${offset}: ${where}. Correct it and send it again.`,
    ),
    facts: { byteOffset: offset },
  };
}

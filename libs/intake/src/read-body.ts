import type { Message, Rejection } from '#inventory';
import type { Instant } from '#kernel';
import { type JsonValue, readJson } from './json/lossless-json.ts';
import { decodeUtf8 } from './json/utf8.ts';
import { BODY_BYTES_MAX, BODY_BYTES_A_TURN, MESSAGES_MAX } from './limits.ts';
import { bodyForm, type BodyForm } from './media-type.ts';
import { problem } from './problem.ts';
import { nameOf, readMessage, type Refusal } from './read-message.ts';
import { isPlainObject } from './scalars/free-text.ts';

/** A message, or why it is none, with what came: text if it is UTF-8, otherwise bytes. */
export type IntakeReading = ToldMessage | RefusedMessage;

export interface ToldMessage {
  readonly message: Message;
  /** Its own text, if it has one: a piece of JSON, the rows of a file. */
  readonly raw?: string;
}

export interface RefusedMessage extends Refusal {
  readonly raw: string | Uint8Array;
}

export interface BodyReading {
  /** True if the body was an array: each element then has its own reading. */
  readonly isMany: boolean;
  /** In the order of the body. A body that cannot be read at all is one refusal. */
  readonly readings: readonly IntakeReading[];
}

export const isRefused = (reading: IntakeReading): reading is RefusedMessage => 'problems' in reading;

/** Reads an HTTP body: one message, or up to a thousand, each for itself. */
export function readBody(bytes: Uint8Array, contentType: string | undefined, now: Instant): BodyReading {
  return readAll(parseBody(bytes, contentType), now);
}

/** The same in slices of about BODY_BYTES_A_TURN, so that a long body does not hold up other requests. */
export function* readBodyInSlices(
  bytes: Uint8Array,
  contentType: string | undefined,
  now: Instant,
): Generator<BodyReading> {
  const body = parseBody(bytes, contentType);
  if ('readings' in body) {
    yield body;
    return;
  }
  const { isMany, values, form } = body;
  let readings: IntakeReading[] = [];
  let length = 0;
  for (const value of values) {
    readings.push(readValue(value, form, now));
    length += value.raw.length;
    if (length < BODY_BYTES_A_TURN) continue;
    yield { isMany, readings };
    readings = [];
    length = 0;
  }
  yield { isMany, readings };
}

/** A body that was parsed, before its messages are read. */
interface ParsedBody {
  readonly isMany: boolean;
  readonly values: readonly JsonValue[];
  readonly form: TextForm;
}

function parseBody(bytes: Uint8Array, contentType: string | undefined): ParsedBody | BodyReading {
  const form = bodyForm(contentType);
  if ('code' in form) return refusedBody(form, bytes);
  if (bytes.length > BODY_BYTES_MAX) {
    const detail = `The body is larger than ${BODY_BYTES_MAX} bytes. Send fewer messages at a time.`;
    return refusedBody(problem('MESSAGE_TOO_LARGE', '', detail), bytes);
  }
  const text = decodeUtf8(bytes);
  if (typeof text !== 'string') return refusedBody(text, bytes);
  return parseText(text, form);
}

/** Reads the text of one message, such as a line of a JSON Lines file; `source` is its source if it names none. */
export function readMessageText(text: string, now: Instant, source?: string): IntakeReading {
  const { readings } = readAll(parseText(text, { needsSpecVersion: false, takes: 'one', source }), now);
  return readings[0]!;
}

interface TextForm extends BodyForm {
  /** The source of messages that name none. */
  readonly source?: string | undefined;
}

function parseText(text: string, form: TextForm): ParsedBody | BodyReading {
  if (text.trim() === '')
    return refusedBody(problem('EMPTY_PAYLOAD', '', 'The body is empty. Send a message.'), text);
  const json = readJson(text);
  if ('code' in json) return refusedBody(json, text);
  const wrong = checkForm(json.isArray, json.values.length, form);
  if (wrong !== undefined) return refusedBody(wrong, text);
  return { isMany: json.isArray, values: json.values, form };
}

function readAll(body: ParsedBody | BodyReading, now: Instant): BodyReading {
  if ('readings' in body) return body;
  const { isMany, values, form } = body;
  return { isMany, readings: values.map((value) => readValue(value, form, now)) };
}

function readValue(json: JsonValue, { needsSpecVersion, source }: TextForm, now: Instant): IntakeReading {
  const { raw, problems, numbers } = json;
  const value = source === undefined ? json.value : withSource(json.value, source);
  const [first, ...others] = problems;
  if (first !== undefined) {
    return { problems: [first, ...others], ...(isPlainObject(value) ? nameOf(value) : {}), raw };
  }
  const reading = readMessage(value, {
    now,
    needsSpecVersion,
    ...(numbers === undefined ? {} : { numbers }),
  });
  return 'message' in reading ? { message: reading.message, raw } : { ...reading, raw };
}

/** Null is absent, as in every field. */
function withSource(value: unknown, source: string): unknown {
  return isPlainObject(value) ? { ...value, source: value['source'] ?? source } : value;
}

function checkForm(isArray: boolean, count: number, { takes }: BodyForm): Rejection | undefined {
  if (isArray && takes === 'one') {
    return problem(
      'OBJECT_REQUIRED',
      '',
      'This is an array. Send a single message here; batches are taken over HTTP, as application/cloudevents-batch+json.',
    );
  }
  if (!isArray && takes === 'many') {
    return problem('WRONG_TYPE', '', 'This is not an array. Send a batch as an array of messages.');
  }
  if (count <= MESSAGES_MAX) return undefined;
  return problem(
    'TOO_MANY_MESSAGES',
    '',
    `There are ${count} messages. Send at most ${MESSAGES_MAX} at a time.`,
  );
}

const refusedBody = (why: Rejection, raw: string | Uint8Array): BodyReading => ({
  isMany: false,
  readings: [{ problems: [why], raw }],
});

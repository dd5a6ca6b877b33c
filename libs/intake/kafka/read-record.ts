import type { KafkaMessage } from 'kafkajs';
import type { Arrival, Message, Rejection } from '#inventory';
import { BATCH_BYTES_MAX, STAND_IN_HEADER } from '#kafka';
import type { Instant } from '#kernel';
import { readJson } from '../src/json/lossless-json.ts';
import { decodeUtf8 } from '../src/json/utf8.ts';
import { MESSAGE_BYTES_MAX } from '../src/limits.ts';
import { bodyForm } from '../src/media-type.ts';
import { problem, shown } from '../src/problem.ts';
import { type IntakeReading, isRefused, readBody, type RefusedMessage } from '../src/read-body.ts';
import { nameOf, readMessage } from '../src/read-message.ts';
import { attributesOf, contentTypeOf, type HeaderValues, headersOf } from './headers.ts';

/** The parts of a record that are read. It is a CloudEvent in binary or structured mode; the key is not used. */
export type EventRecord = Pick<KafkaMessage, 'value' | 'headers'>;

const STRUCTURED = 'application/cloudevents+json';
const NOTHING = Buffer.alloc(0);
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const DIGITS = /^\d+$/;

/** Reads one record of an event topic as a message, or says why it is none. */
export function readRecord(record: EventRecord, now: Instant): Arrival {
  const { value, headers } = record;
  const reading =
    value === null ? refused(whyNoValue(headers), NOTHING) : readValue(value, headersOf(headers), now);
  return isRefused(reading)
    ? arrivalOfRefused(reading, value ?? NOTHING)
    : new ReadRecord(reading.message, value!);
}

/** A valid record, as most are: all have one shape, so that they are quick to make and to read. */
class ReadRecord {
  readonly message: Message;
  readonly raw: Uint8Array;

  constructor(message: Message, raw: Uint8Array) {
    this.message = message;
    this.raw = raw;
  }
}

const TOMBSTONE = problem(
  'TOMBSTONE_NOT_ALLOWED',
  '',
  'The record has no value. Messages are never deleted: send a message that says what happened instead.',
);

const TOO_LARGE_BATCH = problem(
  'MESSAGE_TOO_LARGE',
  '',
  `Its batch is larger than ${BATCH_BYTES_MAX / 1024 / 1024} MB once decompressed, and was not read. Send the record in a smaller batch.`,
);

/** Said only of a record whose value is valid JSON: it may be a whole event without the content type of one. */
const NO_ATTRIBUTES = problem(
  'MISSING_FIELD',
  '/specversion',
  `The record has no ce_ headers. Send ce_specversion, ce_id, ce_source, ce_type and ce_time, or the whole event with the header content-type: ${STRUCTURED}.`,
);

const whyNoValue = (headers: EventRecord['headers']): Rejection =>
  headers !== undefined && Object.hasOwn(headers, STAND_IN_HEADER) ? TOO_LARGE_BATCH : TOMBSTONE;

function readValue(value: Buffer, headers: HeaderValues, now: Instant): IntakeReading {
  const contentType = contentTypeOf(headers);
  const mode = modeOf(contentType);
  if (typeof mode !== 'string') return refused(mode, value);
  if (mode === 'structured') return readBody(value, contentType, now).readings[0]!;
  return readBinary(value, headers, now);
}

/** The mode, by the content type. Batches are refused: a record is one message. */
function modeOf(contentType: string | undefined): 'binary' | 'structured' | Rejection {
  const form = bodyForm(contentType ?? 'application/json');
  if (!('code' in form)) {
    if (form.takes === 'either') return 'binary';
    if (form.takes === 'one') return 'structured';
  }
  const detail = `The content-type ${shown(contentType)} is not supported. Send ${STRUCTURED}, or ce_ headers and data as application/json, in UTF-8.`;
  return problem('MEDIA_TYPE', '', detail);
}

/** Binary mode: the value is the message's data, the headers are its other attributes. */
function readBinary(value: Buffer, headers: HeaderValues, now: Instant): IntakeReading {
  const { attributes, problems } = attributesOf(headers);
  const { told, numbers, wrong } = envelopeOf(attributes);
  const [first, ...others] = [...problems, ...wrong];
  const name = nameOf(told);
  if (first !== undefined) return { problems: [first, ...others], ...name, raw: value };
  const data = readData(value);
  if ('code' in data) return { ...refused(data, value), ...name };
  const [broken, ...alsoBroken] = data.problems;
  if (broken !== undefined) {
    return { problems: [inData(broken), ...alsoBroken.map(inData)], ...name, raw: value };
  }
  if (attributes.size === 0) return refused(NO_ATTRIBUTES, value);
  for (const [pointer, words] of data.numbers ?? []) numbers.set(`/data${pointer}`, words);
  told['data'] = data.value;
  const reading = readMessage(told, { now, needsSpecVersion: true, numbers });
  return 'message' in reading ? reading : { ...reading, raw: value };
}

/** The attributes as they would be in JSON: texts, except for `sequence`, a number in decimal digits. */
function envelopeOf(attributes: ReadonlyMap<string, string>): {
  readonly told: Record<string, unknown>;
  readonly numbers: Map<string, string>;
  readonly wrong: readonly Rejection[];
} {
  const told: Record<string, unknown> = {};
  const numbers = new Map<string, string>();
  const wrong: Rejection[] = [];
  for (const [name, text] of attributes) {
    if (FORBIDDEN_NAMES.has(name)) {
      wrong.push(problem('FORBIDDEN_KEY', `/${name}`, `The header "ce_${name}" is not allowed. Rename it.`));
    } else if (name === 'data') {
      const detail = 'The header "ce_data" is not allowed: the data is the value of the record.';
      wrong.push(problem('HEADER_INVALID', '/data', detail));
    } else if (name === 'sequence' && !DIGITS.test(text)) {
      const detail = `The header "ce_sequence" is ${shown(text)}. Send decimal digits only.`;
      wrong.push(problem('WRONG_TYPE', '/sequence', detail));
    } else if (name === 'sequence') {
      told[name] = Number(text);
      if (!Number.isSafeInteger(told[name])) numbers.set('/sequence', text);
    } else told[name] = text;
  }
  return { told, numbers, wrong };
}

function readData(value: Buffer) {
  if (value.length > MESSAGE_BYTES_MAX) {
    const detail = `The message has ${value.length} bytes; at most ${MESSAGE_BYTES_MAX} are allowed. Split it into several messages.`;
    return problem('MESSAGE_TOO_LARGE', '', detail);
  }
  const text = decodeUtf8(value);
  if (typeof text !== 'string') return text;
  if (text.trim() === '')
    return problem('EMPTY_PAYLOAD', '', 'The value is empty. Send the data of a message.');
  const json = readJson(text);
  if ('code' in json) return json;
  const [data] = json.values;
  if (json.isArray || data === undefined || !isObjectText(text)) {
    const detail = 'The value is not a JSON object. Send the data of one message as an object.';
    return problem('OBJECT_REQUIRED', '/data', detail);
  }
  return data;
}

const isObjectText = (text: string): boolean => /^\s*\{/.test(text);

const inData = (wrong: Rejection): Rejection => ({ ...wrong, pointer: `/data${wrong.pointer ?? ''}` });

const refused = (why: Rejection, raw: Uint8Array): RefusedMessage => ({
  problems: [why],
  raw,
});

function arrivalOfRefused(reading: RefusedMessage, raw: Uint8Array): Arrival {
  const { problems, source, id, sequence } = reading;
  return {
    rejection: problems[0],
    raw,
    ...(source !== undefined && { source }),
    ...(id !== undefined && { id }),
    ...(sequence !== undefined && { sequence }),
  };
}

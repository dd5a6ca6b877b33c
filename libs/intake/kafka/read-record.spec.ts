import type { IHeaders } from 'kafkajs';
import { STAND_IN_HEADER } from '#kafka';
import { headersOf } from './headers.ts';
import { type EventRecord, readRecord } from './read-record.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const DATA = { saleId: 's-1', location: 'east', lines: [{ sku: 'A', quantity: 1 }] };
const HEADERS = {
  ce_specversion: '1.0',
  ce_id: 'm-1',
  ce_source: 'web',
  ce_type: 'sale.completed',
  ce_time: '2026-11-01T08:00:00Z',
};

type Told = Readonly<Record<string, string | Buffer | null | (string | Buffer | null)[]>>;

function record(headers: Told = HEADERS, value: Buffer | string | null = JSON.stringify(DATA)): EventRecord {
  const bytes = (one: string | Buffer | null): Buffer | null => (one === null ? null : Buffer.from(one));
  const all = Object.entries(headers).map(([name, told]) => [
    name,
    Array.isArray(told) ? told.map(bytes) : bytes(told),
  ]);
  return { value: value === null ? null : Buffer.from(value), headers: Object.fromEntries(all) };
}

const read = (...parts: Parameters<typeof record>): any => readRecord(record(...parts), NOW);
const codeOf = (...parts: Parameters<typeof record>): string | undefined => read(...parts).rejection?.code;
const structured = JSON.stringify({ ...attributes(), data: DATA });

function attributes(): object {
  return Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name.slice(3), value]));
}

describe('a record', () => {
  it('in binary mode is the same message as in structured mode', () => {
    const told = read({ ...HEADERS, ce_sequence: '7', ce_region: 'north' });
    const form = { 'content-type': 'application/cloudevents+json' };
    const same = JSON.stringify({ ...attributes(), sequence: 7, region: 'north', data: DATA });
    expect(told.message).toEqual(read(form, same).message);
    expect(told.message).toMatchObject({ sequence: 7, extensions: { region: 'north' }, source: 'web' });
  });

  it('that is refused keeps its bytes, source, id and sequence', () => {
    const value = JSON.stringify({ ...DATA, lines: [] });
    const { rejection, raw, ...name } = read({ ...HEADERS, ce_sequence: '7' }, value);
    expect([rejection.code, Buffer.from(raw).toString()]).toEqual(['MISSING_FIELD', value]);
    expect(name).toEqual({ source: 'web', id: 'm-1', sequence: 7 });
  });

  it('that is a whole event without its content type is refused, and says which header to send', () => {
    const { rejection } = read({}, structured);
    expect(rejection).toMatchObject({ code: 'MISSING_FIELD', pointer: '/specversion' });
    expect(rejection.detail).toContain('content-type: application/cloudevents+json');
    expect(read({}, '{').rejection.code).toBe('INVALID_JSON');
  });

  it('is refused in Kafka’s words: headers by name, batches only over HTTP', () => {
    expect(read({ ...HEADERS, ce_sequence: '-1' }).rejection.detail).toBe(
      'The header "ce_sequence" is "-1". Send decimal digits only.',
    );
    const batch = read({ 'content-type': 'application/cloudevents+json' }, `[${structured}]`);
    expect(batch.rejection.detail).toContain('batches are taken over HTTP');
  });

  it('is refused for a number that would be rounded, in the same words in both modes', () => {
    const rounded = JSON.stringify(DATA).replace('"quantity":1', '"quantity":1.00000000000000000001');
    const form = { 'content-type': 'application/cloudevents+json' };
    const whole = structured.replace(JSON.stringify(DATA), rounded);
    const { rejection } = read(HEADERS, rounded);
    expect(rejection).toMatchObject({ code: 'QUANTITY_TOO_PRECISE' });
    expect(read(form, whole).rejection).toEqual(rejection);
  });

  it.each([
    ['nothing', {}],
    ['JSON', { 'content-type': 'application/json' }],
    ['JSON in UTF-8, in capitals', { 'Content-Type': 'Application/JSON; Charset="UTF-8"' }],
  ])('is in binary mode where its content type says %s', (_, header) => {
    expect(read({ ...HEADERS, ...header }).message.id).toBe('m-1');
  });

  it.each([
    ['without parameters', 'application/cloudevents+json'],
    ['with parameters', 'application/cloudevents+json; charset=utf-8; profile=x'],
  ])('is in structured mode by its content type %s, and its ce_ headers do not count', (_, form) => {
    expect(
      read({ 'content-type': form, ce_id: ['a', null], ce_source: 'market' }, structured).message.id,
    ).toBe('m-1');
  });

  it.each([
    ['a batch', 'application/cloudevents-batch+json'],
    ['text', 'text/plain'],
    ['another charset', 'application/json; charset=utf-16'],
    ['nothing at all', ''],
    ['two of them', ['application/json', 'application/json']],
    ['no value', null],
  ])('of a media type that is %s is refused', (_, form) => {
    expect(codeOf({ ...HEADERS, 'content-type': form })).toBe('MEDIA_TYPE');
  });

  it.each([
    ['twice', { ce_id: ['a', 'b'] }],
    ['twice, once without value', { ce_id: ['a', null] }],
    ['without value', { ce_subject: null }],
    ['that is not UTF-8', { ce_id: Buffer.from([0xc3, 0x28]) }],
    ['that is very long', { ce_id: 'x'.repeat(8_193) }],
    ['for the data', { ce_data: '{}' }],
  ])('with an attribute %s is refused', (_, header) => {
    expect(codeOf({ ...HEADERS, ...header })).toBe('HEADER_INVALID');
  });

  it.each([
    ['a number that would be rounded', { ce_sequence: '12345678901234567890' }, 'UNSAFE_INTEGER'],
    ['digits with a sign', { ce_sequence: '-1' }, 'WRONG_TYPE'],
    ['hexadecimal', { ce_sequence: '0x10' }, 'WRONG_TYPE'],
    ['nothing', { ce_sequence: '' }, 'WRONG_TYPE'],
  ])('with a sequence that is %s is refused', (_, header, code) => {
    expect(codeOf({ ...HEADERS, ...header })).toBe(code);
  });

  it.each([
    ['an id with NUL', { ce_id: 'a\0b' }, 'ID_INVALID_CHAR'],
    ['an empty id', { ce_id: '' }, 'ID_EMPTY'],
    ['a version of its own', { ce_specversion: '2.0' }, 'SCHEMA_VERSION_UNSUPPORTED'],
    ['an attribute in capitals', { ce_Subject: 'x' }, 'UNKNOWN_FIELD'],
    ['a prototype', { ce___proto__: 'x' }, 'FORBIDDEN_KEY'],
    ['data of another type', { ce_datacontenttype: 'text/xml' }, 'MEDIA_TYPE'],
  ])('with %s is refused', (_, header, code) => {
    expect(codeOf({ ...HEADERS, ...header })).toBe(code);
  });

  it('that stands in for a batch that was not unpacked is refused as too large, and another without value as a tombstone', () => {
    expect(codeOf({ [STAND_IN_HEADER]: '' }, null)).toBe('MESSAGE_TOO_LARGE');
    expect(readRecord({ value: null }, NOW)).toMatchObject({ rejection: { code: 'TOMBSTONE_NOT_ALLOWED' } });
  });

  it.each([
    ['no value', null, 'TOMBSTONE_NOT_ALLOWED'],
    ['an empty one', '', 'EMPTY_PAYLOAD'],
    ['blanks', ' \n', 'EMPTY_PAYLOAD'],
    ['null', 'null', 'OBJECT_REQUIRED'],
    ['a text', '"{}"', 'OBJECT_REQUIRED'],
    ['an array', '[{}]', 'OBJECT_REQUIRED'],
    ['JSON that ends too soon', '{', 'INVALID_JSON'],
    ['more than a message may have', `{"x":"${'x'.repeat(300_000)}"}`, 'MESSAGE_TOO_LARGE'],
    ['a key twice', '{"saleId":"a","saleId":"b"}', 'DUPLICATE_KEY'],
    ['a prototype', '{"__proto__":{}}', 'FORBIDDEN_KEY'],
    ['a nesting of 1,000', `{"x":${'['.repeat(1_000)}${']'.repeat(1_000)}}`, 'NESTING_TOO_DEEP'],
  ])('whose value is %s is refused', (_, value, code) => {
    const { rejection, source, id } = read(HEADERS, value);
    expect(rejection.code).toBe(code);
    // Its name is known all the same: it stands in the headers.
    if (value !== null) expect([source, id]).toEqual(['web', 'm-1']);
  });

  it('is refused with the place in its data that is wrong', () => {
    const data = JSON.stringify({ ...DATA, lines: [{ sku: 'A', quantity: 'Q' }] });
    expect(read(HEADERS, data.replace('"Q"', '1e400')).rejection.pointer).toBe('/data/lines/0/quantity');
    expect(read(HEADERS, '{"lines":1,"lines":2}').rejection.pointer).toBe('/data/lines');
  });

  it('keeps headers that are named like inherited properties, such as toString', () => {
    // As kafkajs hands them over: with what it found on every object before them.
    const mixed = Object.fromEntries([
      ['toString', [Object, Buffer.from('x')]],
      ['__proto__', [Object.prototype, Buffer.from('y'), null]],
    ]) as unknown as IHeaders;
    expect([...headersOf(mixed)]).toEqual([
      ['toString', [Buffer.from('x')]],
      ['__proto__', [Buffer.from('y'), null]],
    ]);
  });

  it('is kept without a copy of its bytes', () => {
    const { value } = record();
    expect(readRecord({ ...record(), value }, NOW).raw).toBe(value);
  });
});

import { BODY_BYTES_MAX, MESSAGE_BYTES_MAX, MESSAGES_MAX } from './limits.ts';
import { messageExample } from './messages/examples.ts';
import { type BodyReading, type IntakeReading, isRefused, readBody } from './read-body.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const JSON_TYPE = 'application/json';
const ONE = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
const sale = messageExample('sale.completed');
const text = JSON.stringify(sale);

const read = (body: string | Uint8Array, contentType: string | undefined = JSON_TYPE): BodyReading =>
  readBody(typeof body === 'string' ? Buffer.from(body) : body, contentType, NOW);
const outcome = (reading: IntakeReading): string => (isRefused(reading) ? reading.problems[0].code : 'ok');
const outcomes = (body: string | Uint8Array, contentType?: string): string[] =>
  read(body, contentType).readings.map(outcome);

describe('a body', () => {
  it.each([
    ['one message', text, JSON_TYPE, ['ok']],
    ['one message, with parameters', text, 'Application/JSON; charset="UTF-8"', ['ok']],
    ['one event', text, ONE, ['ok']],
    ['several messages', `[${text},${text}]`, JSON_TYPE, ['ok', 'ok']],
    ['a batch of events', `[${text},${text}]`, BATCH, ['ok', 'ok']],
    ['an empty batch', '[]', BATCH, []],
    ['a byte order mark', `\ufeff${text}`, JSON_TYPE, ['ok']],
    ['nothing', '', JSON_TYPE, ['EMPTY_PAYLOAD']],
    ['blanks', ' \n', JSON_TYPE, ['EMPTY_PAYLOAD']],
    ['a batch where one is expected', `[${text}]`, ONE, ['OBJECT_REQUIRED']],
    ['one where a batch is expected', text, BATCH, ['WRONG_TYPE']],
    ['half of it', text.slice(0, 50), JSON_TYPE, ['INVALID_JSON']],
    ['something behind it', `${text} x`, JSON_TYPE, ['INVALID_JSON']],
    ['a number', '7', JSON_TYPE, ['OBJECT_REQUIRED']],
    ['null', 'null', JSON_TYPE, ['OBJECT_REQUIRED']],
    ['no media type', text, '', ['MEDIA_TYPE']],
    ['another media type', text, 'text/plain', ['MEDIA_TYPE']],
    ['another charset', text, 'application/json; charset=utf-16', ['MEDIA_TYPE']],
    ['a media type named like a method', text, 'constructor', ['MEDIA_TYPE']],
  ])('is read, or refused as a whole: %s', (_, body, contentType, expected) => {
    expect(outcomes(body, contentType)).toEqual(expected);
  });

  it('without a media type is refused', () => {
    expect(outcome(readBody(Buffer.from(text), undefined, NOW).readings[0]!)).toBe('MEDIA_TYPE');
  });

  it.each([
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['0xFF', Buffer.from([0x22, 0xff, 0x22])],
  ])('in %s is refused, and its bytes are kept', (_, bytes) => {
    const [reading] = read(bytes).readings;
    expect(reading).toMatchObject({ problems: [{ code: 'INVALID_UTF8' }], raw: bytes });
  });

  it('over the limit is refused before it is parsed', () => {
    expect(outcomes(Buffer.alloc(BODY_BYTES_MAX + 1, '['))).toEqual(['MESSAGE_TOO_LARGE']);
    expect(outcomes(Buffer.alloc(BODY_BYTES_MAX, ' '))).toEqual(['EMPTY_PAYLOAD']);
  });

  it(`has at most ${MESSAGES_MAX} messages`, () => {
    const many = (count: number): string => `[${Array(count).fill('{}').join(',')}]`;
    expect(outcomes(many(MESSAGES_MAX))).toHaveLength(MESSAGES_MAX);
    expect(outcomes(many(MESSAGES_MAX + 1))).toEqual(['TOO_MANY_MESSAGES']);
  });

  it('is known to be an array or not, also an array of one', () => {
    expect(read(text).isMany).toBe(false);
    expect(read(`[${text}]`).isMany).toBe(true);
    expect(read('[').isMany).toBe(false);
  });
});

describe('each message of an array stands alone', () => {
  const twice = '{"source":"web","id":"m-2","id":"m-3"}';
  const deep = `{"source":"web","id":"m-4","data":${'['.repeat(50)}${']'.repeat(50)}}`;
  const large = `{"source":"web","id":"m-5","data":"${'x'.repeat(MESSAGE_BYTES_MAX)}"}`;
  const unknown = '{"source":"web","id":"m-6"  , "type":"x","time":"2026-11-20T10:00:00Z"}';

  it('with its own outcome, in order', () => {
    expect(outcomes(`[${text},${twice},7,${deep},${large}, ${unknown} ,${text}]`)).toEqual([
      'ok',
      'DUPLICATE_KEY',
      'OBJECT_REQUIRED',
      'NESTING_TOO_DEEP',
      'MESSAGE_TOO_LARGE',
      'EVENT_TYPE_UNKNOWN',
      'ok',
    ]);
  });

  it('with its own text, source and id', () => {
    const { readings } = read(`[${twice}, ${unknown} ]`);
    expect(readings[0]).toMatchObject({ source: 'web', id: 'm-3', raw: twice });
    expect(readings[1]).toMatchObject({ source: 'web', id: 'm-6', raw: unknown });
  });
});

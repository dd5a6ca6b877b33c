import { MESSAGE_TYPES, type MessageType } from '#inventory';
import { NOW, problemsOf, sale, withLine } from '../testing/told.ts';
import { messageExample } from './messages/examples.ts';
import { readMessage } from './read-message.ts';

/** A reviver that turns the order of an object's fields round. */
const reversed = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).reverse())
    : value;

describe('a good message', () => {
  it.each(MESSAGE_TYPES)('%s is read', (type) => {
    expect(problemsOf(messageExample(type))).toEqual([]);
  });

  it('becomes integers and milliseconds, with defaults, and its fields in one order', () => {
    const told = {
      time: '2026-11-20T11:15:30.123987+01:00',
      data: {
        lines: [
          { quantity: 0.25, sku: 'TEA' },
          { identifier: { value: '123', scheme: 'gtin' }, attributes: { b: '2', a: '1' }, quantity: 3 },
        ],
        location: 'shop',
        saleId: 's-1',
        returnId: 'r-1',
      },
      traceparent: '00-ab',
      subject: 'till',
      priority: 3,
      type: 'sale.returned',
      source: 'till-3',
      sequence: 7,
      id: 'm-1',
    };
    const reading = readMessage(told, { now: NOW });
    expect(reading).toEqual({
      message: {
        source: 'till-3',
        id: 'm-1',
        type: 'sale.returned',
        occurredAt: Date.parse('2026-11-20T10:15:30.123Z'),
        sequence: 7,
        extensions: { traceparent: '00-ab', subject: 'till', priority: 3 },
        data: {
          returnId: 'r-1',
          location: 'shop',
          saleId: 's-1',
          lines: [
            { line: '1', sku: 'TEA', quantity: 25_000, disposition: 'sellable' },
            {
              line: '2',
              identifier: { scheme: 'gtin', value: '123' },
              attributes: { a: '1', b: '2' },
              quantity: 300_000,
              disposition: 'sellable',
            },
          ],
        },
      },
    });
    const turned = JSON.parse(JSON.stringify(told), reversed) as unknown;
    expect(JSON.stringify(turned)).not.toBe(JSON.stringify(told));
    const again = readMessage(turned, { now: NOW });
    const dataOf = (read: typeof again): string => JSON.stringify('message' in read && read.message.data);
    expect(dataOf(again)).toBe(dataOf(reading));
    expect(dataOf(reading)).toContain('"attributes":{"a":"1","b":"2"}');
  });

  it('of an order after it was placed leaves a line without a name to be matched by item', () => {
    const lineOf = (type: MessageType): unknown => {
      const reading = readMessage(withLine(type, { sku: 'A', quantity: 1 }), { now: NOW });
      return 'message' in reading ? reading.message.data.lines![0] : undefined;
    };
    expect(lineOf('order.placed')).toEqual({ line: '1', sku: 'A', quantity: 100_000 });
    expect(lineOf('order.shipped')).toEqual({ sku: 'A', quantity: 100_000 });
    expect(lineOf('order.returned')).toEqual({ sku: 'A', quantity: 100_000, disposition: 'sellable' });
  });

  it('may leave its version out, and its null attributes are left out', () => {
    expect(problemsOf(sale({ specversion: undefined, sequence: null, subject: null }))).toEqual([]);
    const reading = readMessage(sale({ subject: null }), { now: NOW });
    expect('message' in reading && reading.message.extensions).toBeUndefined();
  });
});

describe('the envelope', () => {
  it.each<[string, unknown, string[]]>([
    ['an array', [], ['OBJECT_REQUIRED ']],
    ['null', null, ['OBJECT_REQUIRED ']],
    ['a string', 'x', ['OBJECT_REQUIRED ']],
    ['a number', 7, ['OBJECT_REQUIRED ']],
    ['no id', sale({ id: undefined }), ['MISSING_FIELD /id']],
    ['id null', sale({ id: null }), ['MISSING_FIELD /id']],
    ['an empty id', sale({ id: '' }), ['ID_EMPTY /id']],
    ['a numeric id', sale({ id: 42 }), ['WRONG_TYPE /id']],
    ['a long id', sale({ id: 'x'.repeat(129) }), ['ID_TOO_LONG /id']],
    ['a source in capitals', sale({ source: 'Web' }), ['ID_INVALID_CHAR /source']],
    ['no type', sale({ type: undefined }), ['MISSING_FIELD /type']],
    ['an unknown type', sale({ type: 'sale.completet' }), ['EVENT_TYPE_UNKNOWN /type']],
    ['a numeric type', sale({ type: 1 }), ['WRONG_TYPE /type']],
    ['a type of Object', sale({ type: 'toString' }), ['EVENT_TYPE_UNKNOWN /type']],
    [
      'another version of CloudEvents',
      sale({ specversion: '0.3' }),
      ['SCHEMA_VERSION_UNSUPPORTED /specversion'],
    ],
    ['no time', sale({ time: undefined }), ['MISSING_FIELD /time']],
    ['a numeric time', sale({ time: 1_763_633_730 }), ['TIMESTAMP_INVALID /time']],
    ['30 February', sale({ time: '2026-02-30T00:00:00Z' }), ['TIMESTAMP_INVALID /time']],
    ['a time without offset', sale({ time: '2026-11-20T10:00:00' }), ['TIMESTAMP_ZONE_REQUIRED /time']],
    ['1999', sale({ time: '1999-12-31T23:59:59.999Z' }), ['TIMESTAMP_OUT_OF_RANGE /time']],
    ['2099', sale({ time: '2099-01-01T00:00:00Z' }), ['TIMESTAMP_OUT_OF_RANGE /time']],
    ['a text as sequence', sale({ sequence: '7' }), ['WRONG_TYPE /sequence']],
    ['half a sequence', sale({ sequence: 1.5 }), ['WRONG_TYPE /sequence']],
    ['a negative sequence', sale({ sequence: -1 }), ['OUT_OF_RANGE /sequence']],
    ['a sequence over 2^53', sale({ sequence: 2 ** 53 }), ['OUT_OF_RANGE /sequence']],
    ['no data', sale({ data: undefined }), ['MISSING_FIELD /data']],
    ['data in a text', sale({ data: '{}' }), ['WRONG_TYPE /data']],
    ['data in an array', sale({ data: [] }), ['WRONG_TYPE /data']],
    ['data in base64', sale({ data_base64: 'e30=' }), ['UNKNOWN_FIELD /data_base64']],
    ['an attribute in camel case', sale({ orderId: '1' }), ['UNKNOWN_FIELD /orderId']],
    ['an object as attribute', sale({ subject: {} }), ['WRONG_TYPE /subject']],
    ['half a character in an attribute', sale({ subject: '\ud800' }), ['INVALID_UNICODE /subject']],
    ['a long attribute', sale({ subject: 'x'.repeat(1_025) }), ['OUT_OF_RANGE /subject']],
    ['data that is not JSON', sale({ datacontenttype: 'text/xml' }), ['MEDIA_TYPE /datacontenttype']],
    ['JSON under another name', sale({ datacontenttype: 'application/vnd.x+json; charset=utf-8' }), []],
    [
      'many attributes',
      sale(Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`x${index}`, '']))),
      ['TOO_MANY_ATTRIBUTES '],
    ],
  ])('%s', (_, value, problems) => {
    expect(problemsOf(value)).toEqual(problems);
  });

  it('must name its version where the media type says so', () => {
    const reading = readMessage(sale({ specversion: undefined }), { now: NOW, needsSpecVersion: true });
    expect('problems' in reading && reading.problems).toMatchObject([
      { code: 'MISSING_FIELD', pointer: '/specversion' },
    ]);
  });

  it('names even a message that is refused', () => {
    expect(readMessage({ source: 'web', id: 'm-1', sequence: 3 }, { now: NOW })).toMatchObject({
      source: 'web',
      id: 'm-1',
      sequence: 3,
    });
    expect(readMessage({ source: 4, id: '\u0000' }, { now: NOW })).not.toHaveProperty('id');
  });
});

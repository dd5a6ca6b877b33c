import { MESSAGE_LINES_MAX, MESSAGE_TYPES, type MessageType } from '#inventory';
import { messageExample } from './messages/examples.ts';
import { readBody, type RefusedMessage } from './read-body.ts';
import { readMessage } from './read-message.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const MINUTE_MS = 60_000;
const at = (ms: number): string => new Date(ms).toISOString();

type Told = Record<string, unknown>;
const withData = (type: MessageType, change: Told): Told => {
  const example = messageExample(type);
  return { ...example, data: { ...(example['data'] as Told), ...change } };
};
const withLine = (type: MessageType, line: Told): Told => withData(type, { lines: [line] });
const withQuantity = (type: MessageType, quantity: unknown): Told =>
  withLine(type, { sku: 'MUG-RED', quantity });
const sale = (change: Told): Told => ({ ...messageExample('sale.completed'), ...change });
const lines = (count: number): Told[] =>
  Array.from({ length: count }, () => ({ sku: 'MUG-RED', quantity: 1 }));

const problemsOf = (value: unknown): string[] => {
  const reading = readMessage(value, { now: NOW });
  return 'message' in reading ? [] : reading.problems.map(({ code, pointer }) => `${code} ${pointer}`);
};
/** As it comes over HTTP: what only the text shows, too. */
const problemsOfText = (text: string): string[] => {
  const { readings } = readBody(Buffer.from(text), 'application/json', NOW);
  return (readings[0] as RefusedMessage).problems?.map(({ code, pointer }) => `${code} ${pointer}`) ?? [];
};
const saleText = (quantity: string): string =>
  JSON.stringify(withQuantity('sale.completed', 7)).replace('"quantity":7', `"quantity":${quantity}`);

describe('a good message', () => {
  it.each(MESSAGE_TYPES)('%s is read', (type) => {
    expect(problemsOf(messageExample(type))).toEqual([]);
  });

  it('is in our words: integers, milliseconds, defaults, one order of fields', () => {
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
    const again = readMessage({ ...told, data: structuredClone(told.data) }, { now: NOW });
    expect(JSON.stringify(again)).toBe(JSON.stringify(reading));
    expect(Object.keys('message' in reading ? reading.message.data : {})).toEqual([
      'returnId',
      'location',
      'saleId',
      'lines',
    ]);
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

  it('names the version where the media type needs it', () => {
    const reading = readMessage(sale({ specversion: undefined }), { now: NOW, needsSpecVersion: true });
    expect('problems' in reading && reading.problems).toMatchObject([
      { code: 'MISSING_FIELD', pointer: '/specversion' },
    ]);
  });

  it('of a bad message still names it', () => {
    expect(readMessage({ source: 'web', id: 'm-1', sequence: 3 }, { now: NOW })).toMatchObject({
      source: 'web',
      id: 'm-1',
      sequence: 3,
    });
    expect(readMessage({ source: 4, id: '\u0000' }, { now: NOW })).not.toHaveProperty('id');
  });
});

describe('times', () => {
  it.each<[string, unknown, string[]]>([
    ['a sale 24 h ahead', sale({ time: at(NOW + 24 * 60 * MINUTE_MS) }), []],
    [
      'a sale later than that',
      sale({ time: at(NOW + 24 * 60 * MINUTE_MS + 1) }),
      ['TIMESTAMP_OUT_OF_RANGE /time'],
    ],
    ['the first of 2000', sale({ time: '2000-01-01T00:00:00Z' }), []],
    ['a count 5 min ahead', { ...messageExample('stock.counted'), time: at(NOW + 5 * MINUTE_MS) }, []],
    [
      'a count later than that',
      { ...messageExample('stock.counted'), time: at(NOW + 5 * MINUTE_MS + 1) },
      ['TIMESTAMP_OUT_OF_RANGE /time'],
    ],
    ['asOf 5 min ahead', withData('stock.snapshot', { asOf: at(NOW + 5 * MINUTE_MS) }), []],
    [
      'asOf later than that',
      withData('stock.snapshot', { asOf: at(NOW + 5 * MINUTE_MS + 1) }),
      ['TIMESTAMP_OUT_OF_RANGE /data/asOf'],
    ],
    ['goods expected next year', withData('stock.expected', { expectedAt: '2027-11-20T00:00:00Z' }), []],
    [
      'goods expected in 2099',
      withData('stock.expected', { expectedAt: '2099-11-20T00:00:00Z' }),
      ['TIMESTAMP_OUT_OF_RANGE /data/expectedAt'],
    ],
    [
      'asOf without offset',
      withData('stock.snapshot', { asOf: '2026-11-20T03:00:00' }),
      ['TIMESTAMP_ZONE_REQUIRED /data/asOf'],
    ],
  ])('%s', (_, value, problems) => {
    expect(problemsOf(value)).toEqual(problems);
  });
});

describe('quantities', () => {
  it.each<[MessageType, unknown, string | undefined]>([
    ['sale.completed', 0, 'QUANTITY_ZERO'],
    ['sale.completed', -3, 'QUANTITY_NEGATIVE'],
    ['sale.completed', '5', 'WRONG_TYPE'],
    ['sale.completed', '', 'WRONG_TYPE'],
    ['sale.completed', '٣', 'WRONG_TYPE'],
    ['sale.completed', null, 'WRONG_TYPE'],
    ['sale.completed', true, 'WRONG_TYPE'],
    ['sale.completed', [], 'WRONG_TYPE'],
    ['sale.completed', 1e21, 'QUANTITY_OUT_OF_RANGE'],
    ['sale.completed', 9_007_199_254_740_994, 'QUANTITY_OUT_OF_RANGE'],
    ['sale.completed', 0.000001, 'QUANTITY_TOO_PRECISE'],
    ['sale.completed', undefined, 'MISSING_FIELD'],
    ['stock.adjusted', -3, undefined],
    ['stock.adjusted', 0, 'QUANTITY_ZERO'],
    ['stock.counted', 0, undefined],
    ['stock.counted', -1, 'QUANTITY_NEGATIVE'],
    ['stock.snapshot', 0, undefined],
    ['stock.expected', 0, undefined],
    ['order.changed', 0, undefined],
    ['order.changed', -1, 'QUANTITY_NEGATIVE'],
    ['order.placed', 0, 'QUANTITY_ZERO'],
    ['order.returned', 0, 'QUANTITY_ZERO'],
    ['stock.received', -1, 'QUANTITY_NEGATIVE'],
  ])('%s of %p: %s', (type, quantity, code) => {
    expect(problemsOf(withQuantity(type, quantity))).toEqual(
      code === undefined ? [] : [`${code} /data/lines/0/quantity`],
    );
  });

  it.each([
    ['0.1000000000000000055', 'QUANTITY_TOO_PRECISE'],
    ['1e400', 'QUANTITY_NOT_FINITE'],
    ['-1e400', 'QUANTITY_NOT_FINITE'],
    ['1e-400', 'QUANTITY_TOO_PRECISE'],
    ['12345678901234567890', 'QUANTITY_OUT_OF_RANGE'],
    ['-0', 'QUANTITY_ZERO'],
    ['-0.0', 'QUANTITY_ZERO'],
    ['1E2', undefined],
    ['2.5000000000000000000', undefined],
  ])('written as %s: %s', (words, code) => {
    expect(problemsOfText(saleText(words))).toEqual(
      code === undefined ? [] : [`${code} /data/lines/0/quantity`],
    );
  });

  it('of other numbers only integers must fit', () => {
    const text = JSON.stringify(withData('order.refunded', { refundId: 5, amount: 6 }));
    expect(problemsOfText(text.replace('"refundId":5', '"refundId":12345678901234567890'))).toEqual([
      'UNSAFE_INTEGER /data/refundId',
    ]);
    expect(
      problemsOfText(text.replace('"refundId":5', '"refundId":"r"').replace('"amount":6', '"amount":1e400')),
    ).toEqual(['OUT_OF_RANGE /data/amount']);
    expect(
      problemsOfText(
        text.replace('"refundId":5', '"refundId":"r"').replace('"amount":6', '"amount":12.345678901234567'),
      ),
    ).toEqual([]);
    expect(
      problemsOfText(
        JSON.stringify(sale({ priority: 1 })).replace('"priority":1', '"priority":9007199254740993'),
      ),
    ).toEqual(['UNSAFE_INTEGER /priority']);
  });
});

describe('lines', () => {
  it.each<[string, Told, string[]]>([
    ['none', withData('sale.completed', { lines: undefined }), ['MISSING_FIELD /data/lines']],
    ['an empty list', withData('sale.completed', { lines: [] }), ['MISSING_FIELD /data/lines']],
    ['an object', withData('sale.completed', { lines: {} }), ['WRONG_TYPE /data/lines']],
    ['a line that is null', withData('sale.completed', { lines: [null] }), ['WRONG_TYPE /data/lines/0']],
    ['as many as are allowed', withData('sale.completed', { lines: lines(MESSAGE_LINES_MAX) }), []],
    [
      'one more',
      withData('sale.completed', { lines: lines(MESSAGE_LINES_MAX + 1) }),
      ['TOO_MANY_LINES /data/lines'],
    ],
    [
      '100,000 bad ones',
      withData('sale.completed', { lines: Array(100_000).fill(0) }),
      ['TOO_MANY_LINES /data/lines'],
    ],
    ['of no item', withLine('sale.completed', { quantity: 1 }), ['MISSING_FIELD /data/lines/0/sku']],
    [
      'of two items',
      withLine('sale.completed', { sku: 'A', listing: 'a', quantity: 1 }),
      ['FIELDS_EXCLUDE /data/lines/0/listing'],
    ],
    [
      'of an item and an identifier',
      withLine('sale.completed', { sku: 'A', identifier: { scheme: 'gtin', value: '1' }, quantity: 1 }),
      ['FIELDS_EXCLUDE /data/lines/0/identifier'],
    ],
    [
      'of half an identifier',
      withLine('sale.completed', { identifier: { scheme: 'gtin' }, quantity: 1 }),
      ['MISSING_FIELD /data/lines/0/identifier/value'],
    ],
    [
      'of an empty SKU',
      withLine('sale.completed', { sku: '', quantity: 1 }),
      ['SKU_EMPTY /data/lines/0/sku'],
    ],
    [
      'of a blank SKU',
      withLine('sale.completed', { sku: ' \t', quantity: 1 }),
      ['SKU_EMPTY /data/lines/0/sku'],
    ],
    [
      'of a SKU with NUL',
      withLine('sale.completed', { sku: 'a\u0000', quantity: 1 }),
      ['SKU_INVALID_CHAR /data/lines/0/sku'],
    ],
    [
      'of a SKU turned round',
      withLine('sale.completed', { sku: 'a\u202eb', quantity: 1 }),
      ['SKU_INVALID_CHAR /data/lines/0/sku'],
    ],
    [
      'of half a character',
      withLine('sale.completed', { sku: 'a\ud800', quantity: 1 }),
      ['INVALID_UNICODE /data/lines/0/sku'],
    ],
    [
      'of a SKU of 10 kB',
      withLine('sale.completed', { sku: 'x'.repeat(10_000), quantity: 1 }),
      ['SKU_TOO_LONG /data/lines/0/sku'],
    ],
    [
      'of a numeric SKU',
      withLine('sale.completed', { sku: 5, quantity: 1 }),
      ['WRONG_TYPE /data/lines/0/sku'],
    ],
    [
      'named alike',
      withData('sale.completed', { lines: lines(2).map((line) => ({ ...line, line: 'a' })) }),
      ['DUPLICATE_LINE /data/lines/1/line'],
    ],
    [
      'named like the default of another',
      withData('sale.completed', { lines: [{ ...lines(1)[0], line: '2' }, ...lines(1)] }),
      ['DUPLICATE_LINE /data/lines/1/line'],
    ],
    ['of one item twice', withData('sale.completed', { lines: lines(2) }), []],
    [
      'of an order, named like a number that no other has',
      withData('order.changed', { lines: [{ ...lines(1)[0], line: '2' }, ...lines(1)] }),
      [],
    ],
    [
      'of an unknown condition',
      withLine('stock.received', { sku: 'A', quantity: 1, disposition: 'damagd' }),
      ['VALUE_UNKNOWN /data/lines/0/disposition'],
    ],
    [
      'with a condition where none is told',
      withLine('sale.completed', { sku: 'A', quantity: 1, disposition: 'sellable' }),
      ['UNKNOWN_FIELD /data/lines/0/disposition'],
    ],
    [
      'with many attributes',
      withLine('sale.completed', {
        sku: 'A',
        quantity: 1,
        attributes: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`k${index}`, ''])),
      }),
      ['TOO_MANY_ATTRIBUTES /data/lines/0/attributes'],
    ],
    [
      'with an attribute that is a number',
      withLine('sale.completed', { sku: 'A', quantity: 1, attributes: { 'a/b': 1 } }),
      ['WRONG_TYPE /data/lines/0/attributes/a~1b'],
    ],
  ])('%s', (_, value, problems) => {
    expect(problemsOf(value)).toEqual(problems);
  });
});

describe('other fields', () => {
  it.each<[string, Told, string[]]>([
    ['an unknown one', withData('sale.completed', { available: 5 }), ['UNKNOWN_FIELD /data/available']],
    [
      'a mistyped one',
      withData('order.placed', { orderId: undefined, orderid: '1' }),
      ['UNKNOWN_FIELD /data/orderid', 'MISSING_FIELD /data/orderId'],
    ],
    [
      'a transfer to itself',
      withData('transfer.shipped', { to: 'lager-ost' }),
      ['TRANSFER_SAME_LOCATION /data/to'],
    ],
    ['null for left out', withData('order.placed', { currency: null }), ['WRONG_TYPE /data/currency']],
    ['an empty reason', withData('stock.adjusted', { reason: ' ' }), ['MISSING_FIELD /data/reason']],
    [
      'a long reason',
      withData('stock.adjusted', { reason: 'x'.repeat(1_025) }),
      ['OUT_OF_RANGE /data/reason'],
    ],
    [
      'a script for an address',
      withData('order.shipped', { tracking: { url: 'javascript:alert(1)' } }),
      ['URL_INVALID /data/tracking/url'],
    ],
    [
      'an address with a password',
      withData('order.shipped', { tracking: { url: 'https://a:b@x.org' } }),
      ['URL_INVALID /data/tracking/url'],
    ],
    ['a list for an object', withData('order.shipped', { tracking: [] }), ['WRONG_TYPE /data/tracking']],
    ['yes for true', withData('stock.snapshot', { complete: 'yes' }), ['WRONG_TYPE /data/complete']],
    [
      'a location in capitals',
      withData('sale.completed', { location: 'Shop' }),
      ['ID_INVALID_CHAR /data/location'],
    ],
  ])('%s', (_, value, problems) => {
    expect(problemsOf(value)).toEqual(problems);
  });

  it('are hinted at by their nearest name, values by the list of them', () => {
    const hintOf = (value: Told): string | undefined => {
      const reading = readMessage(value, { now: NOW });
      return 'problems' in reading ? reading.problems[0].hint : undefined;
    };
    expect(hintOf(withLine('sale.completed', { sku: 'A', quantity: 1, quantty: 1 }))).toBe(
      'did you mean "quantity"?',
    );
    expect(hintOf(sale({ type: 'sale.complete' }))).toBe('did you mean "sale.completed"?');
    expect(hintOf(withLine('stock.received', { sku: 'A', quantity: 1, disposition: 'xyz' }))).toBe(
      'one of: sellable, damaged, inspection, held, recalled, expired',
    );
  });

  it('that are wrong are told together, at most twenty, and long values cut', () => {
    const bad = withData('sale.completed', { lines: Array(100).fill({ quantity: 'x'.repeat(10_000) }) });
    const reading = readMessage(bad, { now: NOW });
    const problems = 'problems' in reading ? reading.problems : [];
    expect(problems).toHaveLength(20);
    expect(Math.max(...problems.map(({ detail }) => detail.length))).toBeLessThan(200);
  });
});

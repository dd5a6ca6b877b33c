import { MESSAGE_LINES_MAX, type MessageType } from '#inventory';
import { NOW, problemsOf, sale, type Told, withData, withLine } from '../testing/told.ts';
import { messageExample } from './messages/examples.ts';
import { readBody, type RefusedMessage } from './read-body.ts';
import { readMessage } from './read-message.ts';

const MINUTE_MS = 60_000;
const at = (ms: number): string => new Date(ms).toISOString();

const withQuantity = (type: MessageType, quantity: unknown): Told =>
  withLine(type, { sku: 'MUG-RED', quantity });
const withAttributes = (attributes: Told): Told =>
  withLine('sale.completed', { sku: 'A', quantity: 1, attributes });
const lines = (count: number): Told[] =>
  Array.from({ length: count }, () => ({ sku: 'MUG-RED', quantity: 1 }));

/** As it comes over HTTP: what only the text shows, too. */
const problemsOfText = (text: string): string[] => {
  const { readings } = readBody(Buffer.from(text), 'application/json', NOW);
  return (readings[0] as RefusedMessage).problems?.map(({ code, pointer }) => `${code} ${pointer}`) ?? [];
};
const saleText = (quantity: string): string =>
  JSON.stringify(withQuantity('sale.completed', 7)).replace('"quantity":7', `"quantity":${quantity}`);

describe('the times of a message must be possible', () => {
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

describe('the quantities of a message must fit its type', () => {
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

  it('but other numbers only a double', () => {
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

describe('the lines of a message must each be one item', () => {
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
    ['with attributes as long as they may be', withAttributes({ ['n'.repeat(128)]: 'x'.repeat(1_024) }), []],
    [
      'with an attribute that is too long',
      withAttributes({ a: 'x'.repeat(1_025) }),
      ['OUT_OF_RANGE /data/lines/0/attributes/a'],
    ],
    [
      'with an attribute whose name is too long',
      withAttributes({ a: '', ['n'.repeat(129)]: '' }),
      [`OUT_OF_RANGE /data/lines/0/attributes/${'n'.repeat(129)}`],
    ],
  ])('%s', (_, value, problems) => {
    expect(problemsOf(value)).toEqual(problems);
  });
});

describe('the other fields of a message', () => {
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

  it('that are mistyped are refused with the nearest name, or the list of values', () => {
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

  it('that are wrong are named together, at most twenty, with long values cut', () => {
    const bad = withData('sale.completed', { lines: Array(100).fill({ quantity: 'x'.repeat(10_000) }) });
    const reading = readMessage(bad, { now: NOW });
    const problems = 'problems' in reading ? reading.problems : [];
    expect(problems).toHaveLength(20);
    expect(Math.max(...problems.map(({ detail }) => detail.length))).toBeLessThan(200);
  });
});

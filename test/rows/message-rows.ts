/**
 * Rows 1–48 of the catalogue of bad input: what one message can be. By HTTP and by Kafka alike; how a door answers
 * is its own.
 */
let messages = 0;
interface Message {
  [attribute: string]: unknown;
  readonly data: { [field: string]: unknown };
}

export const sale = (more: object = {}, data: object = {}): Message => ({
  specversion: '1.0',
  id: `m-${++messages}`,
  source: 'web',
  type: 'sale.completed',
  time: '2026-11-01T08:00:00Z',
  data: { saleId: `s-${messages}`, location: 'east', lines: [{ sku: 'A', quantity: 1 }], ...data },
  ...more,
});
export const fact = (source: string, type: string, data: object): Message => ({
  ...sale(),
  source,
  type,
  data: { ...data },
});
export const line = (more: object): Message => sale({}, { lines: [{ sku: 'A', quantity: 1, ...more }] });
/** A sale whose quantity is written just so. */
const quantity = (text: string): string => JSON.stringify(line({ quantity: 'Q' })).replace('"Q"', text);
const sku = (text: string): string => JSON.stringify(line({ sku: 'S' })).replace('"S"', text);
const without = (field: string): object =>
  Object.fromEntries(Object.entries(sale()).filter(([name]) => name !== field));
/** What is refused as a whole. */
export type Refused = readonly [
  row: number,
  title: string,
  body: () => unknown,
  status: number,
  code: string,
];

export const REFUSED: readonly Refused[] = [
  [1, 'nothing', () => '', 400, 'EMPTY_PAYLOAD'],
  [2, 'null, which is a tombstone only where there are keys', () => 'null', 400, 'OBJECT_REQUIRED'],
  [3, 'JSON that ends too soon', () => '{', 400, 'INVALID_JSON'],
  [4, 'more behind the JSON', () => '{} x', 400, 'INVALID_JSON'],
  [6, 'UTF-16', () => Buffer.from(JSON.stringify(sale()), 'utf16le'), 400, 'INVALID_UTF8'],
  [
    6,
    'UTF-16 with its mark',
    () => Buffer.from(`\ufeff${JSON.stringify(sale())}`, 'utf16le'),
    400,
    'INVALID_UTF8',
  ],
  [7, 'a byte that is no UTF-8', () => Buffer.from([0x7b, 0xff, 0x7d]), 400, 'INVALID_UTF8'],
  [8, 'a key twice', () => quantity('1,"quantity":99'), 400, 'DUPLICATE_KEY'],
  [
    9,
    'a number as id that JavaScript would round',
    () => JSON.stringify(sale({ id: 'I' })).replace('"I"', '12345678901234567890'),
    400,
    'UNSAFE_INTEGER',
  ],
  [10, 'a quantity of 1e21', () => quantity('1e21'), 400, 'QUANTITY_OUT_OF_RANGE'],
  [10, 'a quantity of 9007199254740994', () => quantity('9007199254740994'), 400, 'QUANTITY_OUT_OF_RANGE'],
  [11, 'a quantity of 1e400', () => quantity('1e400'), 400, 'QUANTITY_NOT_FINITE'],
  [12, 'a quantity of 1.5 of what comes whole', () => quantity('1.5'), 400, 'QUANTITY_NOT_INTEGER'],
  [13, 'a sale of -3', () => quantity('-3'), 400, 'QUANTITY_NEGATIVE'],
  [14, 'a sale of 0', () => quantity('0'), 400, 'QUANTITY_ZERO'],
  [15, 'a quantity in quotes', () => quantity('"5"'), 400, 'WRONG_TYPE'],
  [16, 'a quantity of ""', () => quantity('""'), 400, 'WRONG_TYPE'],
  [16, 'a quantity of " "', () => quantity('" "'), 400, 'WRONG_TYPE'],
  [16, 'a quantity of null', () => quantity('null'), 400, 'WRONG_TYPE'],
  [16, 'a quantity of true', () => quantity('true'), 400, 'WRONG_TYPE'],
  [16, 'a quantity of []', () => quantity('[]'), 400, 'WRONG_TYPE'],
  [17, 'a quantity in Arabic digits', () => quantity('"٣"'), 400, 'WRONG_TYPE'],
  [17, 'a quantity of "1,5"', () => quantity('"1,5"'), 400, 'WRONG_TYPE'],
  [17, 'a quantity of "1_000"', () => quantity('"1_000"'), 400, 'WRONG_TYPE'],
  [17, 'a quantity of "0x10"', () => quantity('"0x10"'), 400, 'WRONG_TYPE'],
  [17, 'a quantity of 0x10', () => quantity('0x10'), 400, 'INVALID_JSON'],
  [18, 'a quantity of -0', () => quantity('-0'), 400, 'QUANTITY_ZERO'],
  [19, 'an empty SKU', () => sku('""'), 400, 'SKU_EMPTY'],
  [19, 'a SKU of blanks', () => sku('"  "'), 400, 'SKU_EMPTY'],
  [19, 'a SKU of a tab', () => sku('"\\t"'), 400, 'SKU_EMPTY'],
  [20, 'a SKU with NUL', () => sku('"A\\u0000"'), 400, 'SKU_INVALID_CHAR'],
  [20, 'a SKU with a control character', () => sku('"A\\u001bB"'), 400, 'SKU_INVALID_CHAR'],
  [20, 'a SKU that turns the writing round', () => sku('"A\\u202eB"'), 400, 'SKU_INVALID_CHAR'],
  [21, 'half a surrogate pair', () => sku('"A\\ud800"'), 400, 'INVALID_UNICODE'],
  [23, 'a SKU of 10 kB', () => sku(`"${'A'.repeat(10_000)}"`), 400, 'SKU_TOO_LONG'],
  [26, 'a type that is none', () => sale({ type: 'sale.eaten' }), 400, 'EVENT_TYPE_UNKNOWN'],
  [26, 'a type of another version', () => sale({ type: 'sale.completed.v9' }), 400, 'EVENT_TYPE_UNKNOWN'],
  [
    26,
    'CloudEvents of another version',
    () => sale({ specversion: '2.0' }),
    400,
    'SCHEMA_VERSION_UNSUPPORTED',
  ],
  [27, 'no id', () => without('id'), 400, 'MISSING_FIELD'],
  [27, 'an empty id', () => sale({ id: '' }), 400, 'ID_EMPTY'],
  [30, 'no time', () => without('time'), 400, 'MISSING_FIELD'],
  [30, 'a time that is a number', () => sale({ time: 1_730_000_000 }), 400, 'TIMESTAMP_INVALID'],
  [30, 'the 30th of February', () => sale({ time: '2026-02-30T00:00:00Z' }), 400, 'TIMESTAMP_INVALID'],
  [31, 'a time without a zone', () => sale({ time: '2026-11-01T08:00:00' }), 400, 'TIMESTAMP_ZONE_REQUIRED'],
  [32, 'the year 2099', () => sale({ time: '2099-01-01T00:00:00Z' }), 400, 'TIMESTAMP_OUT_OF_RANGE'],
  [32, 'the year 1970', () => sale({ time: '1970-01-01T00:00:00Z' }), 400, 'TIMESTAMP_OUT_OF_RANGE'],
  [32, 'the year 275761', () => sale({ time: '+275761-01-01T00:00:00Z' }), 400, 'TIMESTAMP_INVALID'],
  [33, '1,001 lines', () => sale({}, { lines: lines(1_001) }), 400, 'TOO_MANY_LINES'],
  [33, '100,000 lines', () => sale({}, { lines: lines(100_000) }), 413, 'MESSAGE_TOO_LARGE'],
  [
    35,
    'a nesting of 20,000',
    () => `{"data":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    400,
    'NESTING_TOO_DEEP',
  ],
  [36, '__proto__', () => '{"__proto__":{"polluted":1}}', 400, 'FORBIDDEN_KEY'],
  [36, 'constructor', () => '{"constructor":{"prototype":{"polluted":1}}}', 400, 'FORBIDDEN_KEY'],
  [36, 'prototype, in disguise', () => '{"proto\\u0074ype":1}', 400, 'FORBIDDEN_KEY'],
  [37, 'a text', () => '"hello"', 400, 'OBJECT_REQUIRED'],
  [37, 'a number', () => '5', 400, 'OBJECT_REQUIRED'],
  [38, 'a field too many', () => sale({}, { colour: 'red' }), 400, 'UNKNOWN_FIELD'],
  [38, 'a misspelt field', () => line({ quantitiy: 1 }), 400, 'UNKNOWN_FIELD'],
  [40, 'a message of 2 MB', () => sale({ note: 'x'.repeat(2_000_000) }), 413, 'MESSAGE_TOO_LARGE'],
  [
    45,
    'a transfer to where it is',
    () => fact('wms', 'transfer.shipped', { transferId: 't', from: 'east', to: 'east', lines: lines(1) }),
    422,
    'TRANSFER_SAME_LOCATION',
  ],
  [
    46,
    'a count of -1',
    () =>
      fact('wms', 'stock.counted', {
        documentId: 'c',
        location: 'east',
        lines: [{ sku: 'A', quantity: -1 }],
      }),
    400,
    'QUANTITY_NEGATIVE',
  ],
  [
    46,
    'a count of a kit',
    () =>
      fact('wms', 'stock.counted', {
        documentId: 'c',
        location: 'east',
        lines: [{ sku: 'SET', quantity: 1 }],
      }),
    422,
    'NOT_ALLOWED_FOR_KIT',
  ],
  [47, 'a unit of its own', () => line({ unit: 'kg' }), 400, 'UNKNOWN_FIELD'],
];

export const lines = (count: number): object[] =>
  Array.from({ length: count }, () => ({ sku: 'A', quantity: 1 }));

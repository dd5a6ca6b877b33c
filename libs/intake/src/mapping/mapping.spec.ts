import type { Rejection } from '#inventory';
import { loadMapping, type Mapping } from './mapping.ts';
import { MappedRow } from './row.ts';

type Json = Record<string, unknown>;
const column = (name: string): Json => ({ column: name });
const message = (change: Json = {}): Json => ({
  type: 'sale.completed',
  groupBy: [column('Receipt')],
  time: { column: 'Time', as: 'instant' },
  data: { saleId: column('Receipt'), location: { const: 'shop' } },
  line: { sku: column('Code'), quantity: { column: 'Count', as: 'quantity' } },
  ...change,
});
const mapping = (change: Json = {}): Json => ({
  name: 'till',
  source: { id: 'till-1' },
  rules: [{ name: 'sold', message: message() }],
  ...change,
});
const load = (json: Json): Mapping | Rejection[] => loadMapping(JSON.stringify(json));
const problemsOf = (json: Json): string[] => {
  const loaded = load(json);
  return Array.isArray(loaded) ? loaded.map(({ code, pointer }) => `${code} ${pointer}`) : [];
};
const withLine = (line: Json): Json => mapping({ rules: [{ name: 'sold', message: message({ line }) }] });
const withSku = (sku: unknown): Json => withLine({ sku, quantity: { column: 'Count', as: 'quantity' } });
const SKU = '/rules/0/message/line/sku';

describe('a mapping', () => {
  it('is compiled, and names the columns it needs once each', () => {
    expect(load(mapping())).toMatchObject({
      name: 'till',
      source: { id: 'till-1', name: 'till-1', kind: 'file', unknownItems: 'create' },
      columns: ['Receipt', 'Time', 'Code', 'Count'],
    });
  });

  it.each<[string, Json, string[]]>([
    ['without rules', mapping({ rules: undefined }), ['MISSING_FIELD /rules']],
    ['with no rule', mapping({ rules: [] }), ['WRONG_TYPE /rules']],
    ['without a source', mapping({ source: undefined }), ['MISSING_FIELD /source']],
    ['with a source in capitals', mapping({ source: { id: 'Till' } }), ['ID_INVALID_CHAR /source/id']],
    [
      'with another kind of source',
      mapping({ source: { id: 'a', kind: 'files' } }),
      ['VALUE_UNKNOWN /source/kind'],
    ],
    ['with a mistyped field', mapping({ rule: [] }), ['UNKNOWN_FIELD /rule']],
    [
      'with a location of no kind',
      mapping({ locations: [{ id: 'shop' }] }),
      ['MISSING_FIELD /locations/0/kind'],
    ],
    [
      'with two rules of one name',
      mapping({
        rules: [
          { name: 'a', when: { column: 'A', empty: true }, skip: true },
          { name: 'a', skip: true },
        ],
      }),
      ['VALUE_UNKNOWN /rules/1/name'],
    ],
    [
      'with a rule that none comes behind',
      mapping({
        rules: [
          { name: 'a', skip: true },
          { name: 'b', skip: true },
        ],
      }),
      ['MISSING_FIELD /rules/0'],
    ],
    ['with a rule that does nothing', mapping({ rules: [{ name: 'a' }] }), ['MISSING_FIELD /rules/0']],
    [
      'with a rule that does both',
      mapping({ rules: [{ name: 'a', skip: true, message: message() }] }),
      ['FIELDS_EXCLUDE /rules/0'],
    ],
    [
      'with an unknown type',
      mapping({ rules: [{ name: 'a', message: message({ type: 'sale.complete' }) }] }),
      ['VALUE_UNKNOWN /rules/0/message/type'],
    ],
    [
      'with neither groups nor ids',
      mapping({ rules: [{ name: 'a', message: message({ groupBy: undefined }) }] }),
      ['MISSING_FIELD /rules/0/message/id'],
    ],
    [
      'with groups and ids',
      mapping({ rules: [{ name: 'a', message: message({ id: column('A') }) }] }),
      ['FIELDS_EXCLUDE /rules/0/message'],
    ],
    [
      'without a needed field',
      withLine({ sku: column('Code') }),
      ['MISSING_FIELD /rules/0/message/line/quantity'],
    ],
    [
      'with a field that the message has not',
      withLine({ skus: column('Code'), quantity: column('Count') }),
      ['UNKNOWN_FIELD /rules/0/message/line/skus'],
    ],
    [
      'with a path into an object',
      withLine({ 'a.__proto__.b': column('A'), quantity: column('Count') }),
      ['MAPPING_PATH_FORBIDDEN /rules/0/message/line/a.__proto__.b'],
    ],
    [
      'with a path with a star',
      withLine({ 'a[*]..b': column('A'), quantity: column('Count') }),
      ['MAPPING_PATH_FORBIDDEN /rules/0/message/line/a[*]..b'],
    ],
    [
      'with a field of Object',
      withLine({ valueOf: column('A'), quantity: column('Count') }),
      ['UNKNOWN_FIELD /rules/0/message/line/valueOf'],
    ],
    ['with a column of Object', withSku(column('constructor')), [`MAPPING_PATH_FORBIDDEN ${SKU}/column`]],
    [
      'with a column that is a path',
      withSku(column('a.__proto__.b')),
      [`MAPPING_PATH_FORBIDDEN ${SKU}/column`],
    ],
    ['with a pattern', withSku({ column: 'A', matches: '(a+)+$' }), [`UNKNOWN_FIELD ${SKU}/matches`]],
    ['with a bare text', withSku('A'), [`WRONG_TYPE ${SKU}`]],
    ['with no source of a value', withSku({ trim: true }), [`MISSING_FIELD ${SKU}`]],
    ['with two sources of a value', withSku({ column: 'A', const: 'B' }), [`FIELDS_EXCLUDE ${SKU}`]],
    ['with a value that is not named', withSku({ value: 'code' }), [`VALUE_UNKNOWN ${SKU}/value`]],
    [
      'with a value that uses itself',
      mapping({ values: { a: { join: [{ value: 'a' }] } } }),
      ['VALUE_UNKNOWN /values/a/join/0/value'],
    ],
    ['with upper and lower', withSku({ column: 'A', upper: true, lower: true }), [`FIELDS_EXCLUDE ${SKU}`]],
    ['with a yes', withSku({ column: 'A', trim: 'yes' }), [`WRONG_TYPE ${SKU}/trim`]],
    ['with an empty table', withSku({ table: {}, of: column('A') }), [`WRONG_TYPE ${SKU}/table`]],
    ['with a table of nothing', withSku({ table: { a: 'b' } }), [`MISSING_FIELD ${SKU}/of`]],
    [
      'with an if without else',
      withSku({ if: { column: 'A', empty: true }, then: { const: 'x' } }),
      [`MISSING_FIELD ${SKU}/else`],
    ],
    [
      'with a condition without a test',
      withSku({ if: { column: 'A' }, then: { const: 'x' }, else: { const: 'y' } }),
      [`MISSING_FIELD ${SKU}/if`],
    ],
    [
      'with a condition with two tests',
      withSku({ if: { column: 'A', empty: true, equals: 'a' }, then: { const: 'x' }, else: { const: 'y' } }),
      [`FIELDS_EXCLUDE ${SKU}/if`],
    ],
    [
      'with a zone that is none',
      withSku({ column: 'A', as: 'instant', format: 'yyyy-MM-dd', zone: 'Europe/Lodon' }),
      [`VALUE_UNKNOWN ${SKU}/zone`],
    ],
    [
      'with a format that is none',
      withSku({ column: 'A', as: 'instant', format: 'YYYY-mm', zone: 'UTC' }),
      [`VALUE_UNKNOWN ${SKU}/format`],
    ],
    [
      'with a format but no zone',
      withSku({ column: 'A', as: 'instant', format: 'yyyy-MM-dd' }),
      [`MISSING_FIELD ${SKU}/zone`],
    ],
    ['with a zone for a text', withSku({ column: 'A', zone: 'UTC' }), [`FIELDS_EXCLUDE ${SKU}/zone`]],
    ['with an unknown conversion', withSku({ column: 'A', as: 'integer' }), [`VALUE_UNKNOWN ${SKU}/as`]],
    ['with a negated text', withSku({ column: 'A', negate: true }), [`MISSING_FIELD ${SKU}`]],
    [
      'with an opening elsewhere',
      mapping({ opening: { documentId: 'o', location: 'depot' } }),
      ['VALUE_UNKNOWN /opening'],
    ],
    [
      'with an opening for a count',
      mapping({
        rules: [
          {
            name: 'a',
            message: message({
              type: 'stock.counted',
              data: { documentId: column('A'), location: { const: 'shop' } },
            }),
          },
        ],
        opening: { documentId: 'o', location: 'shop' },
      }),
      ['VALUE_UNKNOWN /opening'],
    ],
  ])('%s is refused, and where', (_, json, problems) => {
    expect(problemsOf(json)).toEqual(problems);
  });

  it.each([
    ['not JSON', '{', 'INVALID_JSON'],
    ['an array', '[]', 'OBJECT_REQUIRED'],
    ['a key twice', '{"name":"a","name":"b"}', 'DUPLICATE_KEY'],
    ['__proto__', '{"__proto__":{}}', 'FORBIDDEN_KEY'],
    ['deep', `{"rules":${'['.repeat(50)}${']'.repeat(50)}}`, 'NESTING_TOO_DEEP'],
    ['long', `{"name":"${'x'.repeat(300_000)}"}`, 'MAPPING_TOO_LARGE'],
  ])('that is %s is refused', (_, text, code) => {
    expect(loadMapping(text)).toMatchObject([{ code }]);
  });

  it('hints at the nearest name', () => {
    expect(load(withSku({ colum: 'A', column: 'B' }))).toMatchObject([{ hint: 'did you mean "column"?' }]);
    expect(
      load(withSku({ column: 'A', as: 'instant', format: 'yyyy-MM-dd', zone: 'Europe/Lodon' })),
    ).toMatchObject([{ hint: 'did you mean "Europe/London"?' }]);
  });
});

describe('an expression', () => {
  /** What it gives of a row with the columns A and B, and the codes of what it reports. */
  function evaluate(expression: Json, a: string, b = ''): unknown {
    const loaded = load(withSku(expression));
    if (Array.isArray(loaded)) throw new Error(JSON.stringify(loaded));
    const cells = loaded.columns.map((name) => ({ A: a, B: b })[name] ?? '1');
    const places = loaded.columns.map((_, index) => index);
    const row = new MappedRow({ cells, line: 7, raw: cells.join(',') }, loaded.columns, places);
    const filled = loaded.rules[0]!.message!.line.fill(row);
    return row.problems.length > 0
      ? row.problems.map(({ code, facts }) => `${code} ${facts!['line']} ${facts!['column']}`)
      : filled['sku'];
  }
  const A = { column: 'A' };

  it.each<[string, Json, string, unknown]>([
    ['a column', A, ' x ', ' x '],
    ['a constant', { const: 'k' }, '', 'k'],
    ['trimmed, in upper case', { ...A, trim: true, upper: true }, ' a1 ', 'A1'],
    ['in lower case', { ...A, lower: true }, 'Ab', 'ab'],
    ['joined', { join: [A, { const: 'x' }], with: '-' }, 'a', 'a-x'],
    ['from a table', { table: { a: '1', b: '2' }, of: A }, 'b', '2'],
    ['not in a table', { table: { a: '1' }, of: A }, 'b', ['VALUE_UNKNOWN 7 A']],
    ['not in a table, with a default', { table: { a: '1' }, of: A, default: { const: '9' } }, 'b', '9'],
    ['not in a table, optional', { table: { a: '1' }, of: A, optional: true }, 'b', undefined],
    ['of Object, in a table', { table: { a: '1' }, of: A }, 'constructor', ['VALUE_UNKNOWN 7 A']],
    ['if', { if: { ...A, equals: 'y' }, then: { const: 1 }, else: { const: 2 } }, 'y', 1],
    ['else', { if: { ...A, equals: 'y' }, then: { const: 1 }, else: { const: 2 } }, 'n', 2],
    [
      'in a list',
      { if: { ...A, upper: true, in: ['Y', 'J'] }, then: { const: 1 }, else: { const: 2 } },
      'j',
      1,
    ],
    ['by its start', { if: { ...A, startsWith: 'ab' }, then: { const: 1 }, else: { const: 2 } }, 'abc', 1],
    ['empty', { if: { ...A, trim: true, empty: true }, then: { const: 1 }, else: { const: 2 } }, ' ', 1],
    ['not empty', { if: { not: { ...A, empty: true } }, then: { const: 1 }, else: { const: 2 } }, 'x', 1],
    [
      'all',
      {
        if: {
          all: [
            { ...A, startsWith: 'a' },
            { ...A, equals: 'ab' },
          ],
        },
        then: { const: 1 },
        else: { const: 2 },
      },
      'a',
      2,
    ],
    [
      'any',
      {
        if: {
          any: [
            { ...A, equals: 'x' },
            { ...A, as: 'number', equals: 0 },
          ],
        },
        then: { const: 1 },
        else: { const: 2 },
      },
      '0.00',
      1,
    ],
    ['with a default', { ...A, trim: true, default: { const: 'd' } }, '  ', 'd'],
    ['with a default that another column has', { ...A, default: { column: 'B' } }, '', ''],
    ['optional', { ...A, optional: true }, '', undefined],
    ['a quantity', { ...A, as: 'quantity' }, '-12.50', -12.5],
    ['a quantity with a comma', { ...A, as: 'quantity' }, '5,0', ['QUANTITY_FORMAT 7 A']],
    ['a quantity with thousands', { ...A, as: 'quantity' }, '1,000', ['QUANTITY_FORMAT 7 A']],
    ['a quantity with an exponent', { ...A, as: 'quantity' }, '1e3', ['QUANTITY_FORMAT 7 A']],
    ['a quantity with blanks', { ...A, as: 'quantity' }, ' 5 ', ['QUANTITY_FORMAT 7 A']],
    ['a quantity with blanks, trimmed', { ...A, as: 'quantity', trim: true }, ' 5 ', 5],
    ['too precise a quantity', { ...A, as: 'quantity' }, '0.000001', ['QUANTITY_TOO_PRECISE 7 A']],
    ['too large a quantity', { ...A, as: 'quantity' }, '1000000000.00001', ['QUANTITY_OUT_OF_RANGE 7 A']],
    ['no quantity', { ...A, as: 'quantity' }, '', ['MISSING_FIELD 7 A']],
    ['a quantity without its sign', { ...A, as: 'quantity', abs: true }, '-3', 3],
    ['a quantity turned round', { ...A, as: 'quantity', negate: true }, '-3', 3],
    ['a quantity of 0 turned round', { ...A, as: 'quantity', negate: true }, '0', 0],
    ['a number that is none', { ...A, as: 'number' }, 'free', ['NUMBER_FORMAT 7 A']],
    ['a SKU', { ...A, as: 'sku' }, '84029E', '84029E'],
    ['a SKU that became a number', { ...A, as: 'sku' }, '1.23E+12', ['SKU_SUSPECT_EXCEL 7 A']],
    ['a SKU that became a date', { ...A, as: 'sku' }, '3-Feb', ['SKU_SUSPECT_EXCEL 7 A']],
    ['an instant', { ...A, as: 'instant' }, '2026-11-20T10:00:00+01:00', Date.parse('2026-11-20T09:00:00Z')],
    ['an instant without offset', { ...A, as: 'instant' }, '2026-11-20T10:00:00', ['TIMESTAMP_INVALID 7 A']],
  ])('%s', (_, expression, a, value) => {
    expect(evaluate(expression, a)).toEqual(value);
  });

  it.each([
    ['yyyy-MM-dd HH:mm:ss', 'Europe/London', '2011-07-01 10:00:00', '2011-07-01T09:00:00.000Z'],
    ['yyyy-MM-dd HH:mm:ss', 'Europe/London', '2010-12-01 08:26:00', '2010-12-01T08:26:00.000Z'],
    ['M/d/yyyy H:mm', 'America/New_York', '12/1/2010 8:26', '2010-12-01T13:26:00.000Z'],
    ['dd.MM.yyyy', 'Europe/Berlin', '01.07.2026', '2026-06-30T22:00:00.000Z'],
    ['yyyy-MM-ddTHH:mm:ss.SSS', 'Asia/Kathmandu', '2026-07-01T05:45:00.123', '2026-07-01T00:00:00.123Z'],
    ['yyyy-MM-dd HH:mm', 'Europe/London', '2011-10-30 01:30', '2011-10-30T00:30:00.000Z'],
    ['yyyy-MM-dd HH:mm', 'Europe/London', '2011-03-27 01:30', undefined],
    ['yyyy-MM-dd HH:mm', 'Europe/London', '2011-02-29 12:00', undefined],
    ['yyyy-MM-dd HH:mm', 'Europe/London', '2011-02-28 24:00', undefined],
    ['yyyy-MM-dd HH:mm', 'Europe/London', '2011-2-28 12:00', undefined],
    ['yyyy-MM-dd HH:mm', 'Europe/London', '2011-02-28 12:00 ', undefined],
  ])('a time written %s on the clocks of %s: %s', (format, zone, words, instant) => {
    const value = evaluate({ ...A, as: 'instant', format, zone }, words);
    if (instant === undefined) expect(value).toEqual(['TIMESTAMP_INVALID 7 A']);
    else expect(new Date(value as number).toISOString()).toBe(instant);
  });
});

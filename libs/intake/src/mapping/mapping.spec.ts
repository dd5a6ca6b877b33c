import { readFileSync } from 'node:fs';
import type { Rejection } from '#inventory';
import { loadMapping, type Mapping } from './mapping.ts';

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

  it('takes what it says of its source, and defaults for the rest', () => {
    const source = { id: 'till-1', name: 'Till', kind: 'erp', unknownItems: 'park' };
    expect(load(mapping({ source }))).toMatchObject({ source });
    expect(load(mapping({ source: { id: 'till-1', kind: 'erp' } }))).toMatchObject({
      source: { name: 'till-1', kind: 'erp', unknownItems: 'create' },
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
    [
      'with a source that is named by a number',
      mapping({ source: { id: 'a', name: 5 } }),
      ['WRONG_TYPE /source/name'],
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
      'with a rule that hides the one after it',
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
      'with a field that the message does not have',
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
    [
      'with a regular expression',
      withSku({ column: 'A', matches: '(a+)+$' }),
      [`UNKNOWN_FIELD ${SKU}/matches`],
    ],
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
    ...['equals', 'empty'].map((test): [string, Json, string[]] => [
      `with a condition that is ${test} to nothing`,
      withSku({ if: { column: 'A', [test]: null }, then: { const: 'x' }, else: { const: 'y' } }),
      [`WRONG_TYPE ${SKU}/if/${test}`],
    ]),
    ['with a constant that is none', withSku({ const: null }), [`WRONG_TYPE ${SKU}/const`]],
    ['joined with a number', withSku({ join: [column('A')], with: 1 }), [`WRONG_TYPE ${SKU}/with`]],
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
      'with a format without a day',
      withSku({ column: 'A', as: 'instant', format: 'yyyy-MM', zone: 'UTC' }),
      [`VALUE_UNKNOWN ${SKU}/format`],
    ],
    [
      'with a zone but no format',
      withSku({ column: 'A', as: 'instant', zone: 'UTC' }),
      [`MISSING_FIELD ${SKU}/format`],
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
      'with an opening for what is not for sale',
      mapping({
        rules: [
          {
            name: 'a',
            message: message({
              type: 'sale.returned',
              data: { returnId: column('A'), location: { const: 'shop' } },
              line: { sku: column('Code'), quantity: column('Count'), disposition: { const: 'damaged' } },
            }),
          },
        ],
        opening: { documentId: 'o', location: 'shop' },
      }),
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
  ])('%s is refused, with the place', (_, json, problems) => {
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

  it('is what the README of mappings shows', () => {
    const readme = readFileSync(new URL('../../../../mappings/README.md', import.meta.url), 'utf8');
    const example = /```json\n(.*?)```/s.exec(readme)![1]!;
    expect(loadMapping(example)).toMatchObject({ columns: ['Code', 'Receipt', 'Time', 'Count'] });
  });

  it('is refused with a hint at the nearest name', () => {
    expect(load(withSku({ colum: 'A', column: 'B' }))).toMatchObject([{ hint: 'did you mean "column"?' }]);
    expect(
      load(withSku({ column: 'A', as: 'instant', format: 'yyyy-MM-dd', zone: 'Europe/Lodon' })),
    ).toMatchObject([{ hint: 'did you mean "Europe/London"?' }]);
  });
});

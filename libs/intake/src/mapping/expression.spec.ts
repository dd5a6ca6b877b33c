import { loadMapping } from './mapping.ts';
import { MappedRow } from './row.ts';

type Json = Record<string, unknown>;

/** A mapping whose SKU is the expression. */
const withSku = (sku: Json): Json => ({
  name: 'till',
  source: { id: 'till-1' },
  rules: [
    {
      name: 'sold',
      message: {
        type: 'sale.completed',
        groupBy: [{ column: 'Receipt' }],
        time: { column: 'Time', as: 'instant' },
        data: { saleId: { column: 'Receipt' }, location: { const: 'shop' } },
        line: { sku, quantity: { column: 'Count', as: 'quantity' } },
      },
    },
  ],
});

describe('an expression', () => {
  /** What it gives of a row with the columns A and B, and the codes of what it reports. */
  function evaluate(expression: Json, a: string, b = ''): unknown {
    const loaded = loadMapping(JSON.stringify(withSku(expression)));
    if (Array.isArray(loaded)) throw new Error(JSON.stringify(loaded));
    const cells = loaded.columns.map((name) => ({ A: a, B: b })[name] ?? '1');
    const places = loaded.columns.map((_, index) => index);
    const row = new MappedRow({ cells, line: 7, raw: cells.join(',') }, loaded.columns, places);
    const filled = loaded.rules[0]!.message!.line.fill(row);
    return row.problems.length > 0
      ? row.problems.map(({ code, facts }) => `${code} ${String(facts!['line'])} ${String(facts!['column'])}`)
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
  ])('may be %s', (_, expression, a, value) => {
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

import fc from 'fast-check';
import { UNIT } from '#kernel';
import { checkWords, explainQuantity, isQuantityNumber, parseQuantityWords } from './quantity-number.ts';

describe('a quantity', () => {
  it.each([
    [1, 'positive', true],
    [0.00001, 'positive', true],
    [999_999_999.99999, 'positive', true],
    [1_000_000_000, 'positive', true],
    [1_000_000_001, 'positive', false],
    [0.000001, 'positive', false],
    [1.123456, 'positive', false],
    [0, 'positive', false],
    [-1, 'positive', false],
    [0, 'notNegative', true],
    [-0, 'notNegative', true],
    [-0.5, 'notNegative', false],
    [-3, 'signed', true],
    [0, 'signed', false],
    [-0, 'signed', false],
    [-1_000_000_001, 'signed', false],
    [NaN, 'signed', false],
    [Infinity, 'positive', false],
    [1e21, 'positive', false],
    [9_007_199_254_740_994, 'positive', false],
    ['5', 'positive', false],
    [null, 'notNegative', false],
  ] as const)('%p as %s: %p', (value, rule, isOne) => {
    expect(isQuantityNumber(value, rule)).toBe(isOne);
  });

  it.each([
    [Infinity, 'positive', '1e400', 'QUANTITY_NOT_FINITE'],
    [1e21, 'positive', '1e21', 'QUANTITY_OUT_OF_RANGE'],
    [-1e12, 'signed', '-1e12', 'QUANTITY_OUT_OF_RANGE'],
    [1.123456, 'positive', '1.123456', 'QUANTITY_TOO_PRECISE'],
    [0, 'positive', '0', 'QUANTITY_ZERO'],
    [0, 'signed', '-0', 'QUANTITY_ZERO'],
    [-3, 'positive', '-3', 'QUANTITY_NEGATIVE'],
    [-1, 'notNegative', '-1', 'QUANTITY_NEGATIVE'],
  ] as const)('%p as %s, written as %s, is refused: %s', (value, rule, words, code) => {
    expect(explainQuantity(value, rule, '/q', words)).toMatchObject({ code, pointer: '/q' });
  });

  it.each([
    ['0.1000000000000000055', 'QUANTITY_TOO_PRECISE'],
    ['1e-400', 'QUANTITY_TOO_PRECISE'],
    ['25e-7', 'QUANTITY_TOO_PRECISE'],
    ['2.50000000000000000', undefined],
    ['1.5e1', undefined],
    ['1.000001E3', undefined],
    ['25E-7', 'QUANTITY_TOO_PRECISE'],
    ['120000e-5', undefined],
    ['1234567.1234567890', 'QUANTITY_TOO_PRECISE'],
  ])('written as %s has too many decimals or not: %s', (words, code) => {
    expect(checkWords(Number(words), words, '/q')?.code).toBe(code);
  });
});

it('a quantity is read at once, however many zeros somebody writes before its last digit', () => {
  const words = `1.${'0'.repeat(500_000)}1`;
  expect(checkWords(Number(words), words, '/q')?.code).toBe('QUANTITY_TOO_PRECISE');
  expect(parseQuantityWords(words)).toMatchObject({ decimals: 500_001 });
});

describe('decimal numbers in a file', () => {
  it('are read exactly', () => {
    const words = fc
      .tuple(fc.boolean(), fc.nat(999_999_999), fc.nat(99_999), fc.nat(3))
      .map(([isNegative, whole, fraction, zeros]) => ({
        text: `${isNegative ? '-' : ''}${whole}.${String(fraction).padStart(5, '0')}${'0'.repeat(zeros)}`,
        quantity: Number((isNegative ? -1n : 1n) * (BigInt(whole) * BigInt(UNIT) + BigInt(fraction))),
      }));
    fc.assert(
      fc.property(words, ({ text, quantity }) =>
        expect(parseQuantityWords(text)!.quantity).toBe(quantity + 0),
      ),
    );
  });

  it.each([
    '',
    ' 5 ',
    '+5',
    '5,0',
    '1,000',
    '1.000,5',
    '1_000',
    '1e3',
    '0x10',
    '.5',
    '5.',
    '٣',
    '--1',
    'NaN',
    '1 000',
  ])('%j are none', (words) => {
    expect(parseQuantityWords(words)).toBeUndefined();
  });
});

import fc from 'fast-check';
import {
  fitsDecimals,
  LINE_UNITS_MAX,
  multiplyDown,
  roundDown,
  timesInto,
  toQuantity,
  toUnits,
  UNIT,
} from '#kernel';

const quantities = fc.integer({ min: -LINE_UNITS_MAX * UNIT, max: LINE_UNITS_MAX * UNIT });
const floor = (dividend: bigint, divisor: bigint): bigint =>
  dividend / divisor - (dividend % divisor !== 0n && dividend < 0n ? 1n : 0n);

describe('a quantity', () => {
  it('survives the way out and in again, at every size a line may have', () => {
    fc.assert(fc.property(quantities, (quantity) => toQuantity(toUnits(quantity)) === quantity + 0));
  });

  it.each([0.000001, 1.123456, Number.NaN, Number.POSITIVE_INFINITY, 1e21, 2 ** 53])(
    'is not made of %p: more than five decimals, or no safe number',
    (units) => {
      expect(toQuantity(units)).toBeUndefined();
    },
  );

  it.each([
    [1, 100_000],
    [2.5, 250_000],
    [0.00001, 1],
    [0.1 + 0.2 - 0.3 === 0 ? 0 : 0.3, 30_000],
    [-0, 0],
  ])('reads %p units', (units, quantity) => {
    expect(Object.is(toQuantity(units), quantity)).toBe(true);
  });

  it('multiplies exactly and rounds down, also where the product is beyond 2^53', () => {
    fc.assert(
      fc.property(quantities, fc.integer({ min: 0, max: 100 * UNIT }), (a, b) => {
        const exact = floor(BigInt(a) * BigInt(b), BigInt(UNIT));
        fc.pre(exact <= BigInt(Number.MAX_SAFE_INTEGER) && exact >= BigInt(Number.MIN_SAFE_INTEGER));
        expect(BigInt(multiplyDown(a, b))).toBe(exact);
      }),
    );
  });

  it('multiplies what is beyond every bound to the nearest number, and goes on', () => {
    expect(multiplyDown(200 * LINE_UNITS_MAX * UNIT, LINE_UNITS_MAX * UNIT)).toBe(2e25);
  });

  it('rounds down to the decimals of its item, below zero too', () => {
    expect(roundDown(250_000, 0)).toBe(200_000);
    expect(roundDown(-1, 0)).toBe(-100_000);
    expect(roundDown(123_456, 3)).toBe(123_400);
    fc.assert(
      fc.property(quantities, fc.integer({ min: 0, max: 5 }), (quantity, decimals) => {
        const down = roundDown(quantity, decimals);
        expect(down).toBeLessThanOrEqual(quantity);
        expect(fitsDecimals(down, decimals)).toBe(true);
        expect(quantity - down).toBeLessThan(10 ** (5 - decimals));
      }),
    );
  });

  it('counts how often one goes into another', () => {
    expect(timesInto(500_000, 200_000)).toBe(2);
    expect(timesInto(-100_000, 200_000)).toBe(-1);
    expect(() => timesInto(1, 0)).toThrow('Bug');
  });
});

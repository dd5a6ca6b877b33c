import fc from 'fast-check';
import { UNIT } from '#kernel';
import { LINE_QUANTITY_MAX, timesExactly } from './amounts.ts';

describe('a quantity times another', () => {
  it('is exact in five decimals or undefined, however large both are', () => {
    const amount = fc.oneof(
      fc.integer({ min: -LINE_QUANTITY_MAX, max: LINE_QUANTITY_MAX }),
      fc
        .integer({ min: -LINE_QUANTITY_MAX / UNIT, max: LINE_QUANTITY_MAX / UNIT })
        .map((units) => units * UNIT),
    );
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const exact = BigInt(a) * BigInt(b);
        const product = timesExactly(a, b);
        if (product === undefined) expect(exact % BigInt(UNIT)).not.toBe(0n);
        else if (Math.abs(product) <= LINE_QUANTITY_MAX) expect(BigInt(product) * BigInt(UNIT)).toBe(exact);
        else expect(Math.abs(Number(exact))).toBeGreaterThan(LINE_QUANTITY_MAX * UNIT); // Which is refused.
      }),
      { numRuns: 500 },
    );
    expect(timesExactly(-LINE_QUANTITY_MAX, 0)).toBe(0);
  });
});

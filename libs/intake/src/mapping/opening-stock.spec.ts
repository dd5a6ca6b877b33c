import fc from 'fast-check';
import { OpeningStock } from './opening-stock.ts';

const DAY_MS = 86_400_000;
interface Change {
  readonly at: number;
  readonly change: number;
}

function openingOf(changes: readonly Change[]): number {
  const stock = new OpeningStock();
  let latest = -Infinity;
  for (const { at, change } of changes) {
    latest = Math.max(latest, at);
    stock.noteLag(latest - at);
    stock.note('A', change, latest);
  }
  return stock.needed()[0]?.quantity ?? 0;
}
const lowest = (changes: readonly Change[]): number => {
  let sum = 0;
  return changes.reduce((low, { change }) => Math.min(low, (sum += change)), 0);
};

describe('the opening stock', () => {
  const changes = (gapMax: number): fc.Arbitrary<Change[]> =>
    fc.array(fc.tuple(fc.nat(gapMax), fc.integer({ min: -50, max: 50 })), { maxLength: 60 }).map((steps) => {
      let at = Date.UTC(2026, 0, 1);
      return steps.map(([gap, change]) => ({ at: (at += gap), change }));
    });

  it('covers a day’s rows in any order, also where they come up to a day late', () => {
    fc.assert(
      fc.property(
        changes(DAY_MS / 2),
        fc.array(fc.nat(DAY_MS), { minLength: 60, maxLength: 60 }),
        (inTime, delays) => {
          const told = inTime
            .map((each, index) => ({ ...each, told: each.at + delays[index]! }))
            .sort((a, b) => a.told - b.told);
          const opening = openingOf(told);
          expect(opening + lowest(told)).toBeGreaterThanOrEqual(0);
          // What goes out at a time goes before what comes in at it: the worst order of ties.
          const worst = inTime.toSorted((a, b) => a.at - b.at || a.change - b.change);
          expect(opening + lowest(worst)).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('is no more than what ever goes out, and just that where rows jump back in time', () => {
    fc.assert(
      fc.property(changes(DAY_MS), (inTime) => {
        const out = inTime.reduce((sum, { change }) => sum + Math.max(0, -change), 0);
        expect(openingOf(inTime)).toBeLessThanOrEqual(out);
        const jumping = [...inTime, { at: 0, change: 0 }];
        expect(openingOf(jumping)).toBe(out);
      }),
    );
  });

  it('counts on what came in only from the second day after', () => {
    const day = (number: number): number => Date.UTC(2026, 0, number, 12);
    const of = (inOn: number, outOn: number): number =>
      openingOf([
        { at: day(inOn), change: 10 },
        { at: day(outOn), change: -10 },
      ]);
    expect([of(1, 1), of(1, 2), of(1, 3), of(1, 9)]).toEqual([10, 10, 0, 0]);
    const everyDay = [10, -1, -9].map((change, index) => ({ at: day(index + 1), change }));
    expect(openingOf(everyDay)).toBe(1);
  });

  it('is listed by SKU, without items that need none', () => {
    const stock = new OpeningStock();
    stock.note('b', -1, 0);
    stock.note('a', -2, 0);
    stock.note('c', 5, 0);
    expect(stock.needed()).toEqual([
      { sku: 'a', quantity: 2 },
      { sku: 'b', quantity: 1 },
    ]);
  });
});

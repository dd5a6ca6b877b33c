import { availableByHand } from './arithmetic.ts';
import type { Term } from './answers.ts';

const terms = (values: Record<string, number>): Term[] =>
  Object.entries(values).map(([name, value]) => ({ name: name.replace(/\d$/, ''), value }));

describe('the published formula by hand', () => {
  it.each([
    [
      'sums the locations',
      { sellable1: 10, sellable2: 5, committed1: 3, reserved1: 1, locationSafetyStock1: 2, safetyStock: 1 },
      8,
    ],
    ['keeps what is ring-fenced for others', { sellable: 10, ringFenced: 4 }, 6],
    ['takes the buffer before the percentage', { sellable: 11, buffer: 1, percent: 50 }, 5],
    ['rounds down to whole units', { sellable: 5, percent: 50 }, 2],
    ["rounds down to the item's decimals", { sellable: 5, percent: 33.333, decimals: 2 }, 1.66],
    ['never tells more than the cap', { sellable: 50, cap: 20 }, 20],
    ['tells 0 at or below stopAt', { sellable: 3, stopAt: 3 }, 0],
    ['tells what is above stopAt whole', { sellable: 4, stopAt: 3 }, 4],
    ['is never below 0', { sellable: 1, committed: 5 }, 0],
    ['divides by the units of the listing', { sellable: 35, unitsPer: 6 }, 5],
  ])('%s', (_, values, available) => {
    expect(availableByHand({ available: 0, version: 1, terms: terms(values) })).toBe(available);
  });

  it('makes as many kits as the scarcest component allows, then caps them', () => {
    const components = [
      { sku: 'MUG', required: 2, available: 9, terms: terms({ sellable: 9 }) },
      { sku: 'POT', required: 1, available: 6, terms: terms({ sellable: 8, buffer: 2 }) },
    ];
    expect(availableByHand({ available: 0, version: 1, terms: [], components })).toBe(4);
    expect(availableByHand({ available: 0, version: 1, terms: terms({ cap: 3 }), components })).toBe(3);
    expect(availableByHand({ available: 0, version: 1, terms: terms({ stopAt: 4 }), components })).toBe(0);
  });
});

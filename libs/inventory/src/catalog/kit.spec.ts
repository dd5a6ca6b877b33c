import { UNIT } from '#kernel';
import type { Item } from './catalog-types.ts';
import { cycleOf, flattenKit, kitDepth, PART_QUANTITY_CEILING } from './kit.ts';

const item = (sku: string, components: Record<string, number> = {}): Item => ({
  sku,
  name: sku,
  decimals: 0,
  identifiers: [],
  components: Object.entries(components).map(([part, units]) => ({ sku: part, quantity: units * UNIT })),
});

const catalog = (...items: Item[]) => ({ item: (sku: string) => items.find((known) => known.sku === sku) });

describe('a kit', () => {
  it('is neither an item that holds nothing nor one that is not there', () => {
    expect(flattenKit(catalog(item('MUG')), 'MUG')).toEqual([]);
    expect(flattenKit(catalog(), 'MUG')).toEqual([]);
  });

  it('that consists of kits holds what these hold, each item once', () => {
    const items = catalog(
      item('MUG'),
      item('LID'),
      item('PAIR', { MUG: 2, LID: 2 }),
      item('BOX', { PAIR: 3, LID: 1 }),
    );
    expect(flattenKit(items, 'BOX')).toEqual([
      { sku: 'MUG', quantity: 6 * UNIT },
      { sku: 'LID', quantity: 7 * UNIT },
    ]);
  });

  it('may hold fractions of an inner kit', () => {
    const items = catalog(item('TEA'), item('TIN', { TEA: 0.5 }), item('SAMPLE', { TIN: 0.25 }));
    expect(flattenKit(items, 'SAMPLE')).toEqual([{ sku: 'TEA', quantity: 12_500 }]);
  });

  it('holds the smallest quantity of what would come to less, after an inner kit was redefined', () => {
    const items = catalog(item('TEA'), item('TIN', { TEA: 0.5 }), item('GRAIN', { TIN: 0.00001 }));
    expect(flattenKit(items, 'GRAIN')).toEqual([{ sku: 'TEA', quantity: 1 }]);
  });

  it('still holds an item that is not in the catalog', () => {
    expect(flattenKit(catalog(item('PAIR', { MUG: 2 })), 'PAIR')).toEqual([
      { sku: 'MUG', quantity: 2 * UNIT },
    ]);
  });

  it('that would hold more than any line may carry stays at the ceiling, however kits are nested', () => {
    const items = catalog(
      item('A'),
      item('B', { A: 900_000_000 }),
      item('C', { B: 900_000_000 }),
      item('D', { C: 900_000_000, B: 3 }),
    );
    expect(flattenKit(items, 'D')).toEqual([{ sku: 'A', quantity: PART_QUANTITY_CEILING }]);
  });

  it('is computed once for each inner kit, not once for each path to it', () => {
    const layers = 30;
    const items = [item('L0')];
    for (let layer = 1; layer <= layers; layer++) {
      const below = `L${layer - 1}`;
      items.push(item(`L${layer}`, { [below]: 1, [`S${layer}`]: 1 }), item(`S${layer}`, { [below]: 1 }));
    }
    expect(flattenKit(catalog(...items), `L${layers}`)).toEqual([
      { sku: 'L0', quantity: PART_QUANTITY_CEILING },
    ]);
    const top = items.find(({ sku }) => sku === `L${layers}`) as Item;
    expect(kitDepth(catalog(...items), top)).toBe(2 * layers);
    expect(cycleOf(catalog(...items), top)).toBeUndefined();
  });

  it('that holds itself is found, with the path', () => {
    const items = catalog(item('B', { C: 1 }), item('C', { MUG: 1, A: 1 }), item('MUG'));
    expect(cycleOf(items, item('A', { MUG: 1, B: 1 }))).toEqual(['A', 'B', 'C', 'A']);
    expect(cycleOf(items, item('A', { A: 1 }))).toEqual(['A', 'A']);
    expect(cycleOf(items, item('D', { B: 1 }))).toBeUndefined();
  });

  it('that holds itself nevertheless can still be computed', () => {
    const items = catalog(item('A', { B: 1 }), item('B', { A: 1 }));
    expect(flattenKit(items, 'A')).toEqual([{ sku: 'B', quantity: UNIT }]);
    expect(kitDepth(items, item('C', { A: 1 }))).toBeGreaterThan(1);
    expect(cycleOf(items, item('C', { A: 1 }))).toBeUndefined();
  });
});

import { UNIT } from '#kernel';
import {
  type CatalogView,
  type Channel,
  CHANNEL_LOCATIONS_MAX,
  type Item,
  ITEM_IDENTIFIERS_MAX,
  type Listing,
  type Location,
  POLICY_ENTRIES_MAX,
  type PolicyFields,
  type Source,
} from './catalog-types.ts';
import { checkPolicy } from './check-policy.ts';
import { checkChannel, checkItem, checkListing, checkSource } from './check-setup.ts';
import { KIT_DEPTH_MAX } from './kit.ts';

const item = (sku: string, more: Partial<Item> = {}): Item => ({
  sku,
  name: sku,
  decimals: 0,
  identifiers: [],
  components: [],
  ...more,
});
const kit = (sku: string, components: Record<string, number>, decimals = 0): Item =>
  item(sku, {
    decimals,
    components: Object.entries(components).map(([part, units]) => ({ sku: part, quantity: units * UNIT })),
  });
const channel = (id: string, more: Partial<Channel> = {}): Channel => ({
  id,
  name: id,
  kind: 'storefront',
  locations: [],
  lists: 'all',
  unknownItems: 'park',
  ...more,
});
const source: Source = { id: 'wms', name: 'WMS', kind: 'warehouse', unknownItems: 'create' };
const location: Location = { id: 'main', name: 'Main', kind: 'warehouse', active: true };
const listing = (more: Partial<Listing>): Listing => ({
  channel: 'web',
  listing: 'L',
  sku: 'MUG',
  unitsPer: UNIT,
  ...more,
});

const named = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `n${n}`);

function catalog(...items: Item[]): CatalogView {
  const all = [item('MUG'), item('TEA', { decimals: 3 }), ...items];
  return {
    item: (sku) => all.find((known) => known.sku === sku),
    location: (id) => (id === 'main' ? location : undefined),
    source: (id) => (id === 'wms' ? source : undefined),
    channel: (id) => (id === 'web' ? channel('web') : undefined),
    listing: (id, name) => (id === 'web' && name === 'L' ? listing({}) : undefined),
    skusOf: () => [],
  };
}

describe('an item', () => {
  it.each<[string, Item, string | undefined, string | undefined]>([
    ['is taken', item('NEW', { identifiers: [{ scheme: 'gtin', value: '1' }] }), undefined, undefined],
    ['may be a kit of what is there', kit('K', { MUG: 2, TEA: 0.125 }), undefined, undefined],
    ['cannot hold itself', kit('K', { K: 1 }), 'KIT_CYCLE', '/components'],
    ['cannot hold itself in another', kit('IN', { OUT: 1 }), 'KIT_CYCLE', '/components'],
    ['cannot hold what is not there', kit('K', { MUG: 1, GONE: 1 }), 'ITEM_UNKNOWN', '/components/1/sku'],
    [
      'cannot hold half of what comes whole',
      kit('K', { MUG: 0.5 }),
      'QUANTITY_NOT_INTEGER',
      '/components/0/quantity',
    ],
    [
      'cannot hold more decimals than there are',
      kit('K', { TEA: 0.0625 }),
      'QUANTITY_TOO_PRECISE',
      '/components/0/quantity',
    ],
    ['cannot halve a kit of whole things', kit('K', { HALVES: 0.5 }), 'QUANTITY_NOT_INTEGER', '/components'],
    [
      'cannot hold more than a line carries',
      kit('K', { MANY: 999_999_999 }),
      'QUANTITY_OUT_OF_RANGE',
      '/components',
    ],
    [
      'names an identifier once',
      item('NEW', {
        identifiers: [
          { scheme: 'gtin', value: '1' },
          { scheme: 'gtin', value: '1' },
        ],
      }),
      'DUPLICATE_VALUE',
      '/identifiers/1',
    ],
    [
      'names a component once',
      item('K', {
        components: [
          { sku: 'MUG', quantity: UNIT },
          { sku: 'MUG', quantity: UNIT },
        ],
      }),
      'DUPLICATE_VALUE',
      '/components/1',
    ],
    [
      'has so many identifiers at most',
      item('NEW', { identifiers: Array.from({ length: 101 }, (_, n) => ({ scheme: 's', value: `${n}` })) }),
      'TOO_MANY_IDENTIFIERS',
      '/identifiers',
    ],
    [
      'has so many components at most',
      kit('K', Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`C${n}`, 1]))),
      'TOO_MANY_COMPONENTS',
      '/components',
    ],
  ])('%s', (_, checked, code, pointer) => {
    const view = catalog(kit('OUT', { IN: 1 }), kit('HALVES', { MUG: 1 }, 1), kit('MANY', { MUG: 2 }));
    const rejection = checkItem(checked, view);
    expect([rejection?.code, rejection?.pointer]).toEqual([code, pointer]);
  });

  it('may have as many identifiers as are allowed', () => {
    const identifiers = named(ITEM_IDENTIFIERS_MAX).map((value) => ({ scheme: 's', value }));
    expect(checkItem(item('NEW', { identifiers }), catalog())).toBeUndefined();
  });

  it('shows the path of a cycle', () => {
    const rejection = checkItem(kit('IN', { OUT: 1 }), catalog(kit('OUT', { IN: 1 })));
    expect(rejection?.detail).toContain('IN → OUT → IN');
    expect(rejection?.facts).toEqual({ path: ['IN', 'OUT', 'IN'] });
  });

  it('nests kits only to a limited depth', () => {
    const stack = Array.from({ length: KIT_DEPTH_MAX }, (_, n) =>
      kit(`K${n}`, { [n === 0 ? 'MUG' : `K${n - 1}`]: 1 }),
    );
    const view = catalog(...stack);
    expect(checkItem(stack.at(-1) as Item, view)).toBeUndefined();
    expect(checkItem(kit('TOP', { [`K${KIT_DEPTH_MAX - 1}`]: 1 }), view)?.code).toBe('NESTING_TOO_DEEP');
  });
});

describe('a channel', () => {
  it.each<[string, Channel, string | undefined, string | undefined]>([
    ['is taken', channel('web', { locations: ['main'] }), undefined, undefined],
    [
      'sells from locations that are there',
      channel('web', { locations: ['main', 'moon'] }),
      'LOCATION_UNKNOWN',
      '/locations/1',
    ],
    [
      'names a location once',
      channel('web', { locations: ['main', 'main'] }),
      'DUPLICATE_VALUE',
      '/locations/1',
    ],
    ['cannot have a source’s id', channel('wms'), 'ID_TAKEN', undefined],
    [
      'has so many locations at most',
      channel('web', { locations: named(CHANNEL_LOCATIONS_MAX + 1) }),
      'TOO_MANY_LOCATIONS',
      '/locations',
    ],
  ])('%s', (_, checked, code, pointer) => {
    const rejection = checkChannel(checked, catalog());
    expect([rejection?.code, rejection?.pointer]).toEqual([code, pointer]);
  });
});

it('a source cannot have a channel’s id', () => {
  expect(checkSource({ ...source, id: 'web' }, catalog())?.code).toBe('ID_TAKEN');
  expect(checkSource(source, catalog())).toBeUndefined();
});

describe('a listing', () => {
  it.each<[string, Partial<Listing>, string | undefined, string | undefined]>([
    ['is taken', {}, undefined, undefined],
    ['is of a channel that is there', { channel: 'gone' }, 'CHANNEL_UNKNOWN', undefined],
    ['is of an item that is there', { sku: 'GONE' }, 'ITEM_UNKNOWN', '/sku'],
    ['is of whole units if the item is', { unitsPer: 1.5 * UNIT }, 'QUANTITY_NOT_INTEGER', '/unitsPer'],
    [
      'may be a part of a unit where the item has parts',
      { sku: 'TEA', unitsPer: 0.25 * UNIT },
      undefined,
      undefined,
    ],
  ])('%s', (_, more, code, pointer) => {
    const rejection = checkListing(listing(more), catalog());
    expect([rejection?.code, rejection?.pointer]).toEqual([code, pointer]);
  });
});

describe('a policy', () => {
  it.each<[string, PolicyFields, string | undefined, string | undefined]>([
    ['global', { allocations: { web: UNIT }, percent: 100 * UNIT, stopAt: 0 }, undefined, undefined],
    ['category:mugs', { allocations: { web: UNIT } }, undefined, undefined],
    ['item:MUG', { allocations: { web: UNIT } }, undefined, undefined],
    ['channel:web', { locationSafetyStock: { main: UNIT } }, undefined, undefined],
    ['listing:web:L', { cap: UNIT }, undefined, undefined],
    ['channel:web', { allocations: { web: UNIT } }, 'OUT_OF_RANGE', '/allocations'],
    ['listing:web:L', { allocations: {} }, 'OUT_OF_RANGE', '/allocations'],
    ['global', { allocations: { gone: UNIT } }, 'CHANNEL_UNKNOWN', '/allocations/gone'],
    ['global', { locationSafetyStock: { moon: UNIT } }, 'LOCATION_UNKNOWN', '/locationSafetyStock/moon'],
    ['global', { percent: 100 * UNIT + 1 }, 'OUT_OF_RANGE', '/percent'],
    ['global', { buffer: -1 }, 'OUT_OF_RANGE', '/buffer'],
    ['global', { allocations: { web: -1 } }, 'OUT_OF_RANGE', '/allocations/web'],
    ['global', { locationSafetyStock: { main: -1 } }, 'OUT_OF_RANGE', '/locationSafetyStock/main'],
    ['channel:gone', {}, 'CHANNEL_UNKNOWN', undefined],
    ['item:GONE', {}, 'ITEM_UNKNOWN', undefined],
    ['listing:gone:L', {}, 'CHANNEL_UNKNOWN', undefined],
    ['listing:web:GONE', {}, 'LISTING_UNKNOWN', undefined],
    ['', {}, 'SCOPE_INVALID', undefined],
    ['globe', {}, 'SCOPE_INVALID', undefined],
    ['items', {}, 'SCOPE_INVALID', undefined],
    ['item:', {}, 'SCOPE_INVALID', undefined],
    ['channel:Web', {}, 'SCOPE_INVALID', undefined],
    ['listing:Web:L', {}, 'SCOPE_INVALID', undefined],
    ['listing:web', {}, 'SCOPE_INVALID', undefined],
    ['listing:web:', {}, 'SCOPE_INVALID', undefined],
    ['sku:MUG', {}, 'SCOPE_INVALID', undefined],
  ])('for %s with %j', (scope, fields, code, pointer) => {
    const rejection = checkPolicy({ scope, fields }, catalog());
    expect([rejection?.code, rejection?.pointer]).toEqual([code, pointer]);
  });

  it('has a limited number of entries', () => {
    const entries = Object.fromEntries(named(POLICY_ENTRIES_MAX + 1).map((name) => [name, UNIT]));
    const codeOf = (fields: PolicyFields) => checkPolicy({ scope: 'global', fields }, catalog())?.code;
    expect(codeOf({ allocations: entries })).toBe('TOO_MANY_ALLOCATIONS');
    expect(codeOf({ locationSafetyStock: entries })).toBe('TOO_MANY_LOCATIONS');
  });
});

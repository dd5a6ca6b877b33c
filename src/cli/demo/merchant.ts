/**
 * Rosa's Kitchen: a small merchant to play with, as plain bodies of the set-up API, in the order in which they
 * can be put: a path may name only what stands before it.
 */
interface SetUp {
  readonly path: string;
  readonly body: object;
}

const item = (sku: string, body: object): SetUp => ({ path: `/v1/items/${sku}`, body });
const policy = (scope: string, body: object): SetUp => ({
  path: `/v1/policies/${encodeURIComponent(scope)}`,
  body,
});

const LOCATIONS: readonly SetUp[] = [
  { path: '/v1/locations/berlin', body: { name: 'Warehouse Berlin', kind: 'warehouse', active: true } },
  { path: '/v1/locations/hamburg', body: { name: 'Warehouse Hamburg', kind: 'warehouse', active: true } },
  { path: '/v1/locations/shop', body: { name: 'The shop in Kastanienallee', kind: 'store', active: true } },
];

/** Who tells what happened in the warehouses. */
const SOURCES: readonly SetUp[] = [
  { path: '/v1/sources/wms', body: { name: 'Warehouse system', kind: 'warehouse', unknownItems: 'create' } },
];

/** Red mugs are the heroine of the day; the tea is weighed, the set is made of other items. */
const ITEMS: readonly SetUp[] = [
  item('MUG-RED', {
    name: 'Mug, red',
    category: 'tableware',
    identifiers: [{ scheme: 'gtin', value: '4012345678901' }],
  }),
  item('MUG-BLUE', { name: 'Mug, blue', category: 'tableware' }),
  item('TEAPOT', { name: 'Teapot, 1.2 l', category: 'tableware' }),
  item('PLATE', { name: 'Plate, 27 cm', category: 'tableware' }),
  item('BOWL', { name: 'Bowl, 14 cm', category: 'tableware' }),
  item('BREAKFAST-SET', {
    name: 'Breakfast set: two red mugs and a teapot',
    category: 'sets',
    components: [
      { sku: 'MUG-RED', quantity: 2 },
      { sku: 'TEAPOT', quantity: 1 },
    ],
  }),
  item('TEA-GREEN', { name: 'Green tea, loose', category: 'pantry', decimals: 3, unit: 'kg' }),
  item('HONEY', { name: 'Honey, 500 g', category: 'pantry' }),
  item('LAMP-OAK', { name: 'Lamp, oak', category: 'interior' }),
  item('BOARD-OAK', { name: 'Cutting board, oak', category: 'interior' }),
  item('CANDLE', { name: 'Candle, beeswax', category: 'interior' }),
];

const CHANNELS: readonly SetUp[] = [
  {
    path: '/v1/channels/web',
    body: {
      name: 'Online shop',
      kind: 'storefront',
      locations: ['berlin', 'hamburg', 'shop'],
      lists: 'all',
      unknownItems: 'park',
    },
  },
  {
    path: '/v1/channels/market',
    body: {
      name: 'Marketplace',
      kind: 'marketplace',
      locations: ['berlin', 'hamburg'],
      lists: 'listed',
      unknownItems: 'park',
    },
  },
  {
    path: '/v1/channels/till',
    body: { name: 'Till in the shop', kind: 'pos', locations: ['shop'], lists: 'all', unknownItems: 'park' },
  },
];

/** The marketplace has names of its own; candles are sold there by the box of six. */
const LISTINGS: readonly SetUp[] = [
  { path: '/v1/channels/market/listings/M-1001', body: { sku: 'MUG-RED' } },
  { path: '/v1/channels/market/listings/M-1002', body: { sku: 'BREAKFAST-SET' } },
  { path: '/v1/channels/market/listings/M-1003', body: { sku: 'LAMP-OAK' } },
  { path: '/v1/channels/market/listings/M-1004', body: { sku: 'CANDLE', unitsPer: 6 } },
];

/** Rosa's house rules. */
const POLICIES: readonly SetUp[] = [
  policy('channel:market', { buffer: 2, cap: 25 }),
  policy('category:pantry', { safetyStock: 1 }),
  policy('listing:market:M-1003', { buffer: 0 }),
];

/** All of it, in order. */
export const MERCHANT: readonly SetUp[] = [
  ...LOCATIONS,
  ...SOURCES,
  ...ITEMS,
  ...CHANNELS,
  ...LISTINGS,
  ...POLICIES,
];

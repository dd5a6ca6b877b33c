import { UNIT } from '#kernel';
import { Merchant } from '../testing/merchant.ts';
import { type Touched, touchedByScope } from './touched.ts';

/** More than are read at once. */
const MUGS = 450;

let merchant: Merchant;
beforeEach(async () => {
  merchant = await Merchant.open();
  const { desk, catchUp } = merchant.opened;
  for (let index = 0; index < MUGS; index++) {
    const sku = `MUG-${index}`;
    await desk.putItem({ sku, name: sku, decimals: 0, identifiers: [], components: [], category: 'mugs' });
    await desk.putListing({ channel: 'amz', listing: `A-${index}`, sku, unitsPer: UNIT });
    await desk.putListing({ channel: 'amz', listing: `B-${index}`, sku, unitsPer: UNIT });
  }
  await merchant.item('SET', { components: [{ sku: 'MUG-1', quantity: UNIT }] });
  await catchUp();
});
afterEach(() => merchant.opened.close());

/** What a policy touches, and how many pages of the catalog have been read for it so far. */
function touched(scope: 'category:mugs' | 'channel:amz'): { items: Touched['items']; pages: () => number } {
  const { catalog } = merchant.opened;
  let pages = 0;
  const entries = ((...asked: Parameters<typeof catalog.entries>) => {
    pages++;
    return catalog.entries(...asked);
  }) as typeof catalog.entries;
  const counting = {
    entries,
    channels: () => catalog.channels(),
    item: (sku: string) => catalog.item(sku),
    kitsHolding: (sku: string) => catalog.kitsHolding(sku),
    listing: (channel: string, listing: string) => catalog.listing(channel, listing),
  };
  return { items: touchedByScope(scope, counting).items, pages: () => pages };
}

describe.each(['category:mugs', 'channel:amz'] as const)('a policy of %s', (scope) => {
  it('touches each of its items once', () => {
    const mugs = Array.from({ length: MUGS }, (_, index) => `MUG-${index}`);
    const expected = scope === 'category:mugs' ? [...mugs, 'SET'] : mugs;
    expect([...touched(scope).items].sort()).toEqual(expected.sort());
  });

  it('looks no further through the catalog than it has come', () => {
    const { items, pages } = touched(scope);
    const [first] = items;
    expect(first).toMatch('MUG');
    expect(pages()).toBe(1);
  });
});
